"""Tests of the client against a real HTTP peer on this machine. Run: python3 -m unittest (in this folder)."""

import base64
import hashlib
import hmac
import json
import threading
import time
import unittest
from unittest import mock
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import countersign
from countersign import (
    Client,
    CountersignError,
    action_digest,
    action_id,
    canonicalize,
    guard,
    handle_of,
    parse_json,
    read_handle,
    sign_submission,
    verify_callback,
    verify_token,
)

REFUND = {
    "run_id": "agent-2026-06-19-001",
    "agent": {"id": "refund-agent", "version": "v1.4.2"},
    "model": {"id": "gpt-5o"},
    "action_type": "refund",
    "environment": "production",
    "on_behalf_of": "customer:812",
    "target": "order:12345",
    "parameters": {"order_id": "12345", "method": "card", "amount": {"value": "6000.00", "currency": "USD"}},
    "preconditions": {"order_etag": "7"},
}
DIGEST = "sha256:2bc98058215ebfb84d46fb1bf041c26e5d45c664dee27b17587711fc56bba6a7"
# Number vectors of RFC 8785, appendix B.
NUMBERS = {
    5e-324: "5e-324",
    1.7976931348623157e308: "1.7976931348623157e+308",
    9007199254740992.0: "9007199254740992",
    295147905179352830000.0: "295147905179352830000",
    1e23: "1e+23",
    9.999999999999997e22: "9.999999999999997e+22",
    999999999999999700000.0: "999999999999999700000",
    1e21: "1e+21",
    9.999999999999997e-7: "9.999999999999997e-7",
    0.000001: "0.000001",
    333333333.33333329: "333333333.3333333",
    -0.0000033333333333333333: "-0.0000033333333333333333",
    1424953923781206.2: "1424953923781206.2",
    -0.0: "0",
    4.5: "4.5",
    100.0: "100",
}


class Canonical(unittest.TestCase):
    def test_the_digest_printed_in_the_contract(self):
        self.assertEqual(action_digest("acme", REFUND), DIGEST)

    def test_one_changed_byte_is_another_digest(self):
        changed = {**REFUND, "parameters": {**REFUND["parameters"], "order_id": "12346"}}
        self.assertNotEqual(action_digest("acme", changed), DIGEST)

    def test_the_action_id_printed_in_the_contract(self):
        self.assertEqual(action_id("acme", "refund-agent", "k-1"), "act_42c5f297-9a6d-5ca8-a78a-de638ee55f46")

    def test_numbers_as_ecmascript_prints_them(self):
        for number, text in NUMBERS.items():
            self.assertEqual(canonicalize(number), text)

    def test_strings_and_key_order_of_rfc_8785(self):
        value = {"\u20ac": "Euro", "\r": "CR", "\ufb33": "dalet", "1": "One", "\U0001f600": "Smiley", "\u0080": "Ctl"}
        keys = list(json.loads(canonicalize(value)))
        self.assertEqual(keys, ["\r", "1", "\u0080", "\u20ac", "\U0001f600", "\ufb33"])
        self.assertEqual(canonicalize('\u20ac$\u000f\nA\'B"\\"/\x7f'), '"\u20ac$\\u000f\\nA\'B\\"\\\\\\"/\x7f"')

    def test_refuses_what_json_cannot_carry(self):
        for value in (float("nan"), float("inf"), 2**53, "\ud800", {1: "x"}, {"x": object()}):
            with self.assertRaises(ValueError):
                canonicalize(value)

    def test_strict_parsing(self):
        for text in ('{"a":1,"a":2}', "9007199254740993", "NaN", '"\\ud800"', '{"__proto__":1}'):
            with self.assertRaises(ValueError):
                parse_json(text)

    def test_signature_of_a_submission(self):
        # Expected value by openssl: dgst -sha256 -hmac secret
        header = sign_submission("secret", "countersign.submissions.v1", "acme|k-1", "id-1", "2026-01-01T00:00:00.000Z", b"\x00v")
        self.assertEqual(header, "v1,WY28F8pd6bTHWJSf3gzoIpXGbDUkxQA46mAVjPLu7GY=")


class Peer:
    """A real HTTP server that answers by a list of (status, body, headers); the last answer repeats."""

    def __init__(self, answers):
        self.received = []
        peer = self

        class Handler(BaseHTTPRequestHandler):
            def _answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                peer.received.append((self.path, self.headers.get("Idempotency-Key"), body))
                status, document, headers = answers[min(len(peer.received), len(answers)) - 1]
                if status == 0:  # cut the connection
                    self.connection.close()
                    return
                data = json.dumps(document).encode()
                self.send_response(status)
                for name, value in {**headers, "Content-Length": str(len(data))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(data)

            do_GET = do_POST = _answer

            def log_message(self, *_args):
                pass

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_args):
        self.server.shutdown()
        self.server.server_close()


def problem(code, status, **more):
    return status, {"type": f"urn:countersign:problem:{code}", "title": code, "status": status, "detail": "no"}, more


BUSY = problem("overloaded", 503)
OK = (200, {"result": "ok"}, {})


def document(status, token=None, digest=DIGEST, held=False):
    grant = {"grant_id": "grant_1", "status": "issued", "token": token} if token else None
    return 200, {"action_id": "act_1", "status": status, "effective": {"digest": digest}, "grant": grant, "held": held}, {}


def client(peer, retry_for_s=5.0):
    return Client(peer.url, [peer.url], "key", retry_for_s=retry_for_s)


class Http(unittest.TestCase):
    def test_retries_with_the_same_key_and_bytes(self):
        with Peer([BUSY, (0, None, {}), problem("rate_limited", 429), document("pending")]) as peer:
            self.assertEqual(client(peer).propose(REFUND, "k-1")["status"], "pending")
            self.assertEqual(len(peer.received), 4)
            self.assertEqual(len(set(peer.received)), 1)

    def test_gives_up_at_the_bound_with_the_problem(self):
        with Peer([BUSY]) as peer:
            with self.assertRaises(CountersignError) as raised:
                client(peer, 0.3).propose(REFUND, "k-1")
            self.assertEqual(raised.exception.code, "overloaded")
            self.assertGreater(len(peer.received), 1)

    def test_attaches_bytes_as_they_are(self):
        with Peer([BUSY, (201, {"attachment": {"kind": "invoice"}}, {})]) as peer:
            attached = client(peer).attach("act_1", "invoice", "a b.pdf", "application/pdf", b"%PDF-1.7", "k-1")
            self.assertEqual(attached["attachment"]["kind"], "invoice")
            path = "/v1/actions/act_1/attachments?kind=invoice&name=a+b.pdf"
            self.assertEqual(peer.received, [(path, "k-1", b"%PDF-1.7")] * 2)

    def test_a_refusal_is_not_retried(self):
        with Peer([problem("already_consumed", 409)]) as peer:
            with self.assertRaises(CountersignError) as raised:
                client(peer).redeem("t", DIGEST, "production")
            self.assertEqual(raised.exception.code, "already_consumed")
            self.assertEqual(len(peer.received), 1)


NOW = {"preconditions_now": lambda: {"order_etag": "7"}}


class Guarded(unittest.TestCase):
    def setUp(self):
        # As on a machine without the package; class Tokens looks at what it adds.
        patch = mock.patch.object(countersign, "_can_verify", lambda: False)
        patch.start()
        self.addCleanup(patch.stop)

    def run_guard(self, answers, proposal=REFUND):
        ran = []
        with Peer(answers) as peer:
            try:
                guard(client(peer, 0.2), "acme", proposal, "k-1", lambda parameters: ran.append(parameters) or {}, 0, **NOW)
                return None, ran, [path for path, _key, _body in peer.received]
            except CountersignError as error:
                return error.code, ran, [path for path, _key, _body in peer.received]


class Guard(Guarded):
    def test_runs_after_the_redemption(self):
        approved = document("approved", "token")
        code, ran, paths = self.run_guard([document("pending"), approved, OK, approved])
        self.assertIsNone(code)
        self.assertEqual(ran, [REFUND["parameters"]])
        self.assertEqual(paths[2:], ["/v1/grants/redeem", "/v1/actions/act_1/outcome"])

    def test_waits_while_the_action_is_held_and_runs_nothing_before(self):
        with Peer([document("approved", held=True), document("approved", "token")]) as peer:
            self.assertEqual(client(peer).wait("act_1", 5.0)["grant"]["token"], "token")
            self.assertEqual(len(peer.received), 2)
        self.assertEqual(self.run_guard([document("approved", held=True)])[:2], ("not_approved", []))

    def test_never_runs_what_was_not_approved(self):
        for status in ("denied", "expired", "cancelled", "pending"):
            self.assertEqual(self.run_guard([document(status)])[:2], ("not_approved", []))

    def test_never_runs_when_the_redemption_is_refused(self):
        approved = document("approved", "token")
        self.assertEqual(self.run_guard([approved, approved, problem("revoked", 403)])[:2], ("revoked", []))
        self.assertEqual(self.run_guard([approved, approved, BUSY])[:2], ("overloaded", []))

    def test_never_runs_other_parameters_than_the_approved_ones(self):
        changed = document("approved", "token", "sha256:other")
        code, ran, paths = self.run_guard([changed])
        self.assertEqual((code, ran), ("action_digest_mismatch", []))
        self.assertNotIn("/v1/grants/redeem", paths)


    def test_asks_for_a_way_to_see_the_preconditions_again(self):
        with Peer([document("pending")]) as peer:
            with self.assertRaises(CountersignError) as raised:
                guard(client(peer), "acme", REFUND, "k-1", lambda parameters: {}, 0)
            self.assertEqual((raised.exception.code, peer.received), ("wrong_use", []))

    def test_redeems_with_the_preconditions_as_they_are_now(self):
        approved = document("approved", "token")
        with Peer([approved, approved, problem("precondition_changed", 409)]) as peer:
            with self.assertRaises(CountersignError):
                seen = {"order_etag": "8"}
                guard(client(peer), "acme", REFUND, "k-1", lambda parameters: {}, 0, preconditions_now=lambda: seen)
            self.assertEqual(json.loads(peer.received[-1][2])["preconditions"], seen)

    def test_refuses_what_is_no_key_before_anything_is_sent(self):
        for key in ("", "na\u00efve", "a b", "k" * 256, "k\n"):
            with Peer([document("pending")]) as peer:
                with self.assertRaises(CountersignError) as raised:
                    guard(client(peer), "acme", REFUND, key, lambda parameters: {}, 0, **NOW)
                self.assertEqual((raised.exception.code, peer.received), ("wrong_use", []))


    def test_whatever_goes_wrong_before_the_effect_is_told_as_nothing_ran(self):
        circle = {}
        circle["self"] = circle
        wrong = [{"confidence": float("nan")}, {"rationale": b"x"}, {"rationale": "\ud800"}, {"signals": {1: 2}}]
        wrong += [{"parameters": {"at": object()}}, {"parameters": circle}, {"parameters": {"n": 2**60}}]
        for proposal in [*({**REFUND, **change} for change in wrong), None, []]:
            code, ran, paths = self.run_guard([document("pending")], proposal)
            self.assertEqual((code, ran, paths), ("wrong_use", [], []))
        for key in (None, 5, b"k"):
            with Peer([document("pending")]) as peer, self.assertRaises(CountersignError) as raised:
                guard(client(peer), "acme", REFUND, key, lambda parameters: {}, 0, **NOW)
            self.assertEqual(raised.exception.code, "wrong_use")
        approved = document("approved", "token")
        with Peer([approved, approved]) as peer, self.assertRaises(CountersignError) as raised:
            guard(client(peer), "acme", REFUND, "k-1", lambda parameters: {}, 0, preconditions_now=lambda: 1 / 0)
        self.assertIsInstance(raised.exception.__cause__, ZeroDivisionError)


class AfterTheEffect(Guarded):
    """What has happened is never hidden, and never told as nothing."""

    def guarded(self, answers, result, retry_for_s=0.2):
        with Peer(answers) as peer:
            told = guard(client(peer, retry_for_s), "acme", REFUND, "k-1", lambda parameters: result, 0, **NOW)
            sent = [json.loads(body) for path, _key, body in peer.received if path.endswith("/outcome")]
        return told, sent

    def test_a_result_that_cannot_be_sent_is_left_out_and_said(self):
        approved = document("approved", "token")
        circle = {}
        circle["self"] = circle
        for result in ({"rate": float("nan")}, {"at": object()}, [1], "paid", circle, {"id": 2**60}, {1: 2}):
            told, sent = self.guarded([approved, approved, OK, (201, {"action_id": "act_1"}, {})], result)
            self.assertEqual((told["ran"], told["report_error"].code), (True, "unreportable_result"))
            self.assertEqual([(one["status"], one["result"]) for one in sent], [("executed", {})])

    def test_nothing_as_a_result_is_executed(self):
        approved = document("approved", "token")
        told, sent = self.guarded([approved, approved, OK, (201, {"action_id": "act_1"}, {})], None)
        self.assertEqual((told["report_error"], sent[0]["status"]), (None, "executed"))

    def test_what_the_server_refuses_is_left_out(self):
        approved = document("approved", "token")
        answers = [approved, approved, OK, problem("invalid_action", 422), (201, {"action_id": "act_1"}, {})]
        told, sent = self.guarded(answers, {"tx_id": "tx-1"})
        self.assertEqual((told["ran"], told["report_error"].code), (True, "invalid_action"))
        self.assertEqual(sent[1], {"status": "executed"})

    def test_a_lost_report_is_told_and_sent_by_the_next_call_with_the_key(self):
        approved, ran = document("approved", "token"), []
        consumed = (200, {**approved[1], "grant": {"grant_id": "g", "status": "consumed"}, "outcome": None}, {})
        run = lambda parameters: ran.append(1) or {"tx_id": "tx-1"}
        with Peer([approved, approved, OK, BUSY]) as peer:
            one = client(peer, 0.2)
            told = guard(one, "acme", REFUND, "k-1", run, 0, **NOW)
        self.assertEqual((told["ran"], told["effect"]["result"]["tx_id"]), (True, "tx-1"))
        self.assertEqual(told["report_error"].code, "overloaded")
        with Peer([consumed, consumed, (201, {"action_id": "act_1"}, {})]) as peer:
            one._intake = one._approval = [peer.url]
            again = guard(one, "acme", REFUND, "k-1", run, 0, **NOW)
            self.assertEqual(json.loads(peer.received[-1][2])["result"], {"tx_id": "tx-1"})
        self.assertEqual((again["ran"], again["report_error"], ran), (False, None, [1]))

    def test_a_repeated_key_reads_what_is_recorded_and_runs_nothing(self):
        grant = {"grant_id": "g", "status": "consumed"}
        body = {**document("approved")[1], "grant": grant, "outcome": {"status": "executed", "result": {"tx_id": "tx-1"}}}
        told, sent = self.guarded([(200, body, {})], {"tx_id": "tx-2"})
        self.assertEqual((told["ran"], told["effect"]["result"], sent), (False, {"tx_id": "tx-1"}, []))
        code, ran, _paths = self.run_guard([(200, {**body, "outcome": None}, {})])
        self.assertEqual((code, ran), ("already_consumed", []))

    def test_its_own_error_is_passed_on_whatever_becomes_of_the_report(self):
        approved = document("approved", "token")

        def run(_parameters):
            raise KeyError("card")

        with Peer([approved, approved, OK, BUSY]) as peer:
            with self.assertRaises(KeyError):
                guard(client(peer, 0.2), "acme", REFUND, "k-1", run, 0, **NOW)


    def test_an_error_of_the_library_from_inside_is_not_told_as_nothing_ran(self):
        approved, own = document("approved", "token"), CountersignError("not_approved", "the action is denied")

        def run(_parameters):
            raise own

        with Peer([approved, approved, OK, (201, {"action_id": "act_1"}, {})]) as peer:
            with self.assertRaises(RuntimeError) as raised:
                guard(client(peer, 0.2), "acme", REFUND, "k-1", run, 0, **NOW)
            self.assertEqual(json.loads(peer.received[-1][2])["status"], "failed")
        self.assertIs(raised.exception.__cause__, own)


@unittest.skipUnless(countersign._can_verify(), "the package cryptography is not installed")
class Tokens(unittest.TestCase):
    def setUp(self):
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

        self.private = Ed25519PrivateKey.generate()
        raw = self.private.public_key().public_bytes(Encoding.Raw, PublicFormat.Raw)
        self.keys = {"keys": [{"kty": "OKP", "crv": "Ed25519", "kid": "key-1", "x": self.encoded(raw)}]}

    @staticmethod
    def encoded(data):
        data = data if isinstance(data, bytes) else json.dumps(data).encode()
        return base64.urlsafe_b64encode(data).decode().rstrip("=")

    def sign(self, claims={}, header={}):
        now = int(time.time())
        right = {"iss": "https://a", "aud": "urn:countersign:executor", "sub": "refund-agent", "jti": "grant_1"}
        right.update({"iat": now, "nbf": now, "exp": now + 300, "tenant": "acme", "env": "production"})
        right["authorization_details"] = [{"type": "urn:countersign:action", "action_digest": DIGEST}]
        parts = [{"alg": "EdDSA", "typ": "approval+jwt", "kid": "key-1", **header}, {**right, **claims}]
        text = ".".join(self.encoded({k: v for k, v in part.items() if v is not None}) for part in parts)
        return f"{text}.{self.encoded(self.private.sign(text.encode()))}"

    def code(self, token, action=REFUND, **options):
        try:
            return verify_token(token, "acme", action, self.keys, **options)["jti"]
        except CountersignError as error:
            return error.code

    def test_knows_a_right_token(self):
        self.assertEqual(self.code(self.sign(), issuer="https://a"), "grant_1")

    def test_refuses_every_other(self):
        now = int(time.time())
        token = self.sign()
        swapped = token[:-2] + ("A" if token[-2] != "A" else "B") + token[-1]
        for wrong, told in (
            (swapped, "invalid_token"),
            ("a.b", "invalid_token"),
            (self.sign(header={"alg": "none"}), "invalid_token"),
            (self.sign(header={"typ": "JWT"}), "invalid_token"),
            (self.sign(header={"kid": "key-2"}), "invalid_token"),
            (self.sign(header={"crit": ["x"]}), "invalid_token"),
            (self.sign({"exp": None}), "invalid_token"),
            (self.sign({"exp": "later"}), "invalid_token"),
            (self.sign({"nbf": now + 60}), "invalid_token"),
            (self.sign({"iat": now - 400}), "expired"),
            (self.sign({"exp": now - 10}), "expired"),
            (self.sign({"aud": "urn:other"}), "wrong_audience"),
            (self.sign({"env": "staging"}), "wrong_environment"),
            (self.sign({"tenant": "globex"}), "action_digest_mismatch"),
            (self.sign({"sub": "other"}), "action_digest_mismatch"),
            (self.sign({"authorization_details": []}), "invalid_token"),
        ):
            self.assertEqual(self.code(wrong), told)
        self.assertEqual(self.code(token, issuer="https://b"), "invalid_token")
        self.assertEqual(self.code(token, {**REFUND, "target": "order:1"}), "action_digest_mismatch")

    def test_guard_does_not_redeem_with_a_token_of_another_action(self):
        other = [{"type": "urn:countersign:action", "action_digest": "sha256:other"}]
        approved = document("approved", self.sign({"authorization_details": other}))
        with Peer([approved, approved, (200, self.keys, {})]) as peer:
            with self.assertRaises(CountersignError) as raised:
                guard(client(peer), "acme", REFUND, "k-1", lambda parameters: {}, 0, **NOW)
            paths = [path for path, _key, _body in peer.received]
        self.assertEqual((raised.exception.code, "/v1/grants/redeem" in paths), ("action_digest_mismatch", False))


HANDLE_OF = {"action_id": "act_1", "digest": DIGEST}
HANDLE = handle_of(HANDLE_OF, "k-1")


class Handles(unittest.TestCase):
    def resumed(self, handle, answer):
        with Peer([answer]) as peer:
            try:
                return client(peer).resume(handle, 0)["status"], len(peer.received)
            except CountersignError as error:
                return error.code, len(peer.received)

    def document(self, status, **more):
        status_code, body, headers = document(status)
        return status_code, {**body, "digest": DIGEST, **more}, headers

    def test_says_what_it_is_of(self):
        known = {"v": 1, **HANDLE_OF, "idempotency_key": "k-1", "tool": None}
        self.assertEqual(read_handle(HANDLE), known)

    def test_goes_on_with_the_action(self):
        self.assertEqual(self.resumed(HANDLE, self.document("approved")), ("approved", 1))

    def test_another_agents_action_is_not_found(self):
        self.assertEqual(self.resumed(HANDLE, problem("not_found", 404)), ("not_found", 1))

    def test_a_handle_that_was_tampered_with_is_refused(self):
        forged = handle_of({**HANDLE_OF, "digest": "sha256:" + "0" * 64})
        self.assertEqual(self.resumed(forged, self.document("approved"))[0], "action_digest_mismatch")

    def test_what_is_no_handle_is_refused_before_anything_is_sent(self):
        for text in ("", "%%%", HANDLE[:-5], "bnVsbA", "A" * 2001, HANDLE + "="):
            self.assertEqual(self.resumed(text, self.document("approved")), ("wrong_use", 0))


class Callbacks(unittest.TestCase):
    def setUp(self):
        self.body = b'{"action_id":"act_1","status":"approved"}'
        mac = hmac.new(b"css_secret", b"msg_1.1614265330." + self.body, hashlib.sha256).digest()
        signature = "v1," + base64.b64encode(mac).decode()
        self.headers = {"webhook-id": "msg_1", "webhook-timestamp": "1614265330", "webhook-signature": signature}

    def test_reads_the_hint(self):
        hint = verify_callback(self.headers, self.body, "css_secret", 1614265330)
        self.assertEqual(hint, {"action_id": "act_1", "status": "approved"})

    def test_knows_the_signature_that_the_specification_prints(self):
        signature = "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="
        headers = {**self.headers, "webhook-id": "msg_p5jXN8AQM9LWM0D4loKWxJek", "webhook-signature": "v1,x " + signature}
        secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        with self.assertRaisesRegex(CountersignError, "names no action"):
            verify_callback(headers, b'{"test": 2432232314}', secret, 1614265330)
        with self.assertRaisesRegex(CountersignError, "no signature"):
            verify_callback(headers, b'{"test": 2432232315}', secret, 1614265330)

    def test_refuses_the_rest(self):
        for change, body, now in (
            ({}, self.body + b" ", 1614265330),
            ({}, self.body, 1614265330 + 301),
            ({}, self.body, 1614265330 - 301),
            ({"webhook-id": "msg_2"}, self.body, 1614265330),
            ({"webhook-timestamp": "x"}, self.body, 1614265330),
            ({"webhook-signature": ""}, self.body, 1614265330),
            ({"webhook-id": None}, self.body, 1614265330),
        ):
            with self.assertRaises(CountersignError) as raised:
                verify_callback({**self.headers, **change}, body, "css_secret", now)
            self.assertEqual(raised.exception.code, "invalid_callback")

    def test_reads_a_base64_secret_with_padding_and_without_and_no_other(self):
        signed = b"msg_1.1614265330." + self.body
        mac = hmac.new(bytes.fromhex("fb6fbe0a00112233"), signed, hashlib.sha256).digest()
        headers = {**self.headers, "webhook-signature": "v1," + base64.b64encode(mac).decode()}
        for text in ("+2++CgARIjM=", "+2++CgARIjM", "-2--CgARIjM"):
            self.assertEqual(verify_callback(headers, self.body, f"whsec_{text}", 1614265330)["action_id"], "act_1")
        for text in ("+2++CgARI jM=", "\u00e9", "A", "+2++CgARIjM===", ""):
            with self.assertRaises(CountersignError) as raised:
                verify_callback(headers, self.body, f"whsec_{text}", 1614265330)
            self.assertEqual(raised.exception.code, "wrong_use")

    def test_takes_texts_only_and_finds_headers_in_any_case(self):
        for body in (b'{"action_id":"act_1","status":5}', b'{"action_id":null,"status":"approved"}', b"[" * 9000):
            mac = hmac.new(b"css_secret", b"msg_1.1614265330." + body, hashlib.sha256).digest()
            headers = {**self.headers, "webhook-signature": "v1," + base64.b64encode(mac).decode()}
            with self.assertRaisesRegex(CountersignError, "names no action"):
                verify_callback(headers, body, "css_secret", 1614265330)
        upper = {name.title(): value for name, value in self.headers.items()}
        self.assertEqual(verify_callback(upper, self.body, "css_secret", 1614265330)["action_id"], "act_1")
        with self.assertRaises(CountersignError):
            verify_callback({**self.headers, "Webhook-Id": "msg_2"}, self.body, "css_secret", 1614265330)

    def test_does_not_overlook_anything_in_a_signature_or_a_body(self):
        for more in ("\u00e9", "\t", "=", "\u00ff\ud800"):
            headers = {**self.headers, "webhook-signature": self.headers["webhook-signature"] + more}
            with self.assertRaisesRegex(CountersignError, "no signature"):
                verify_callback(headers, self.body, "css_secret", 1614265330)
        body = b'{"action_id":"act_\xff","status":"approved"}'
        mac = hmac.new(b"css_secret", b"msg_1.1614265330." + body, hashlib.sha256).digest()
        headers = {**self.headers, "webhook-signature": "v1," + base64.b64encode(mac).decode()}
        with self.assertRaisesRegex(CountersignError, "names no action"):
            verify_callback(headers, body, "css_secret", 1614265330)


if __name__ == "__main__":
    unittest.main()
