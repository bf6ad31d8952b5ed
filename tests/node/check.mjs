// Compiles JSON Schemas with Ajv in strict mode, as draft-07 and as 2020-12, and validates samples.
// In: a JSON list of {"schema", "valid": [...], "invalid": [...]} on stdin.
// Out: a JSON list with, for each, the complaints: a schema that does not compile, a sample that is judged wrongly.
import { readFileSync } from "node:fs";
import Ajv from "ajv";
import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

const strict = { strict: true, strictRequired: true, allErrors: true };
const drafts = { "draft-07": new Ajv(strict), "2020-12": new Ajv2020(strict) };
Object.values(drafts).forEach((ajv) => addFormats(ajv));

function complaints(draft, ajv, { schema, valid = [], invalid = [] }) {
  let validate;
  try {
    validate = ajv.compile(schema);
  } catch (error) {
    return [`${draft}: ${error.message}`];
  }
  const refused = valid.flatMap((sample) =>
    validate(sample) ? [] : [`${draft}: refuses ${JSON.stringify(sample)}: ${ajv.errorsText(validate.errors)}`],
  );
  const accepted = invalid.filter((sample) => validate(sample));
  return [...refused, ...accepted.map((sample) => `${draft}: accepts ${JSON.stringify(sample)}`)];
}

const cases = JSON.parse(readFileSync(0, "utf8"));
const found = cases.map((item) => Object.entries(drafts).flatMap(([draft, ajv]) => complaints(draft, ajv, item)));
process.stdout.write(JSON.stringify(found));
