// How the time of each pattern grows with the text, as recheck proves it: JSON in (patterns of Python, files of
// JavaScript), JSON out. recheck reads JavaScript's patterns; ours in Python are written so that both read them alike.
import { readFileSync } from "node:fs";
import { parse } from "acorn";
import { full } from "acorn-walk";
import { check } from "recheck";

const { patterns, files } = JSON.parse(readFileSync(0, "utf-8"));
for (const file of files) {
  full(parse(readFileSync(file, "utf-8"), { ecmaVersion: "latest", sourceType: "module" }), (node) => {
    if (node.regex) patterns.push({ where: file, pattern: node.regex.pattern, flags: node.regex.flags });
    if (node.type === "NewExpression" && node.callee.name === "RegExp")
      patterns.push({ where: file, pattern: null, flags: "" });
  });
}
for (const each of patterns) {
  if (each.pattern === null) continue;
  const told = await check(each.pattern, each.flags.replace(/[yd]/g, ""), { timeout: 60_000 });
  Object.assign(each, { status: told.status, growth: told.complexity?.type ?? told.error?.kind, degree: told.complexity?.degree ?? 1 });
}
process.stdout.write(JSON.stringify(patterns));
