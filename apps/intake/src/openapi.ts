export { answerOf, openapiOf } from '@countersign/service';
