#!/usr/bin/env python3
"""Each result that occurs is documented.

seen.py header HEADER OUT: writes a header by which a test program records the result of each of its calls, as lines
"function result" into the file that MICROSIP_SEEN names.
seen.py check HEADER FILE...: no result was recorded that the function's @retval does not name, but for those that the header's
beginning has for all."""
import re
import sys

# documented once for all, at the header's beginning
COMMON = "NULL SIZE NEWER TEXT ARG STALE KIND FOREIGN CLOSED POISONED".split()


def functions(text):
    """Each function that returns a result, with the names of its documented ones."""
    found = {}
    for comment, name in re.findall(r"/\*\*((?:(?!\*/).)*?)\*/\s*int32_t (microsip_\w+)\(", text, re.S):
        found[name] = set(re.findall(r"@retval (MICROSIP_\w+)", comment))
    return found


def codes(text):
    """The results by their numbers."""
    part = text[text.index("@name Results"):text.index("@name Versions and features")]
    return {int(number): name for name, number in re.findall(r"#define (MICROSIP_\w+) (-?\d+)", part)}


def write(header, out):
    names = sorted(functions(open(header).read()))
    lines = [
        "/* Made by seen.py: each call's result is recorded. */", '#include "microsip.h"', "#include <stdio.h>", "#include <stdlib.h>",
        "static const char *const seen_names[] = { %s };" % ", ".join('"%s"' % name for name in names),
        "static volatile uint8_t seen_bits[%d][640];" % len(names),
        "static __attribute__((unused)) int32_t seen_result(int function, int32_t result) {",
        "  if (result >= -600 && result < 40) seen_bits[function][result + 600] = 1;",
        "  return result;",
        "}",
        "static __attribute__((destructor)) void seen_written(void) {",
        '  const char *path = getenv("MICROSIP_SEEN");',
        '  FILE *file = path ? fopen(path, "a") : NULL;',
        "  int function, result;",
        "  for (function = 0; file && function < %d; function++)" % len(names),
        "    for (result = 0; result < 640; result++)",
        '      if (seen_bits[function][result]) fprintf(file, "%s %d\\n", seen_names[function], result - 600);',
        "  if (file) fclose(file);",
        "}",
    ]
    lines += ["#define %s(...) seen_result(%d, %s(__VA_ARGS__))" % (name, at, name) for at, name in enumerate(names)]
    open(out, "w").write("\n".join(lines) + "\n")


def check(header, files):
    text = open(header).read()
    documented, names = functions(text), codes(text)
    common = {"MICROSIP_OK"} | {"MICROSIP_E_" + name for name in COMMON}
    occurred = {}
    for path in files:
        for line in open(path):
            function, number = line.split()
            occurred.setdefault(function, set()).add(names.get(int(number), number))
    unknown = sorted(set(occurred) - set(documented))
    wrong = ["%s is not in the header" % function for function in unknown]
    for function, results in sorted(documented.items()):
        for result in sorted(occurred.get(function, set()) - results - common):
            wrong.append("%s: %s occurred, and is not documented" % (function, result))
    silent = sorted(set(documented) - set(occurred))
    wrong += ["%s: no test program called it" % function for function in silent]
    count = sum(len(results) for results in occurred.values())
    print("\n".join(wrong) if wrong else "results: %d occurred, each documented, of %d functions" % (count, len(documented)))
    return 1 if wrong else 0


if sys.argv[1] == "header":
    write(*sys.argv[2:])
else:
    sys.exit(check(sys.argv[2], sys.argv[3:]))
