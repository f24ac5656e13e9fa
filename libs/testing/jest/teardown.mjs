export default async function teardown() {
  await globalThis.countersignTestHost?.close();
}
