#!/usr/bin/env python3
"""Checks the rules of docs/STYLE.md that a script can check.

    scripts/tidy.py [--root DIR] [--no-format]

Prints one line a finding, "file:line: rule: what", and exits 1 if there is any. Knows nothing of
C++ beyond comments, strings and braces; where that is not enough, a rule is left to people.
"""

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Dict, Iterator, List, NamedTuple, Optional, Set, Tuple

LINE_COLUMNS_MAX = 100
FUNCTION_LINES_MAX = 70
SKIPPED_DIRS = {".git", "build", "__pycache__", "node_modules", "cache"}
CXX = {".h", ".cc"}
CODE = CXX | {".proto", ".py", ".sh"}
TEXT = CODE | {".md", ".yaml", ".yml", ".txt", ".cmake", ".json", ""}

# Which library a header belongs to, by the start of its spelling. A header that is neither here nor
# of the standard library or the system is a finding: name its library first.
LIBRARY_OF_HEADER = {
    "spdlog/": {"spdlog::spdlog"},
    "nlohmann/": {"nlohmann_json::nlohmann_json"},
    "openssl/": {"OpenSSL::Crypto", "OpenSSL::SSL"},
    "SQLiteCpp/": {"SQLiteCpp"},
    "sqlite3.h": {"sqlite3"},
    "yaml-cpp/": {"yaml-cpp"},
    "dlib/": {"dlib::dlib"},
    "cblas.h": {"dlib::dlib", "openblas"},
    "opencv2/": {"opencv_core", "opencv_imgcodecs", "opencv_imgproc", "opencv_videoio"},
    "oneapi/": {"DNNL::dnnl"},
    "grpc/": {"facegate_proto"},
    "grpcpp/": {"facegate_proto"},
    "google/": {"facegate_proto"},
    "facegate/v1/": {"facegate_proto"},
    "prometheus/": {"prometheus-cpp::core"},
    "httplib.h": {"httplib"},
    "CLI/": {"CLI11::CLI11"},
    "pango/": {"PkgConfig::PANGOCAIRO"},
    "cairo": {"PkgConfig::CAIRO"},
    "fontconfig/": {"PkgConfig::FONTCONFIG"},
    "hb-subset.h": {"PkgConfig::HARFBUZZ"},
    "qrencode.h": {"PkgConfig::QRENCODE"},
    "zbar.h": {"PkgConfig::ZBAR"},
    "tl/expected.hpp": None,  # inside core::Result; allowed everywhere
}
SYSTEM_HEADER = re.compile(
    r"^(sys|netinet|arpa|net|linux|bits)/|"
    r"^(unistd|fcntl|signal|errno|poll|dirent|pwd|grp|dlfcn|pthread|termios|immintrin|cpuid|"
    r"x86intrin|malloc|netdb|sched|spawn|time|stdio|stdlib|string)\.h$")
# Types that hold what a face looks like, or a key. Nothing prints them.
BIOMETRIC_TYPES = ("Embedding|Image|Face|RejectedFace|EmbeddedFaces|PendingTemplate|SecretBytes|"
                   "ProtectedTemplate|SigningKey")


class Finding(NamedTuple):
    path: str
    line: int
    rule: str
    what: str


class Module(NamedTuple):
    uses: Set[str]
    links: Set[str]


class Source(NamedTuple):
    """A file: as it is, and with comments and the content of strings blanked out."""
    path: Path  # relative to the root
    text: str
    code: str

    def lines(self) -> Iterator[Tuple[int, str]]:
        return enumerate(self.text.split("\n"), 1)

    def code_lines(self) -> Iterator[Tuple[int, str]]:
        return enumerate(self.code.split("\n"), 1)


TOKEN = re.compile(r'//[^\n]*|/\*.*?\*/|R"(?P<d>[^(\s]*)\(.*?\)(?P=d)"|"(?:\\.|[^"\\\n])*"|'
                   r"(?<![0-9a-fA-F])'(?:\\.|[^'\\\n])+'", re.S)


def blank_comments_and_strings(text: str) -> str:
    def blank(match: "re.Match[str]") -> str:
        whole = match.group(0)
        inner = re.sub(r"[^\n]", " ", whole)
        return '"' + inner[1:-1] + '"' if whole[-1] == '"' and len(whole) > 1 else inner

    # The spelling of an include is no string.
    kept = re.sub(r'(#\s*include\s*)"([^"\n]*)"', r"\1<\2>", text)
    return TOKEN.sub(blank, kept)


def read_sources(root: Path) -> List[Source]:
    sources = []
    for folder, dirs, files in os.walk(root):
        dirs[:] = sorted(d for d in dirs if d not in SKIPPED_DIRS)
        for name in sorted(files):
            path = Path(folder) / name
            if path.suffix not in TEXT or path.is_symlink() or name in {"LICENSE", ".git"}:
                continue
            try:
                text = path.read_text(encoding="utf-8")
            except UnicodeDecodeError:
                continue  # not text: a test's bytes
            code = blank_comments_and_strings(text) if path.suffix in CXX else text
            sources.append(Source(path.relative_to(root), text, code))
    return sources


def parse_modules(text: str) -> Dict[str, Module]:
    """The layering law: facegate_module(name USES ... LINKS ...), read top-down."""
    modules: Dict[str, Module] = {}
    text = re.sub(r"#[^\n]*", "", text)
    for body in re.findall(r"facegate_module\(([^)]*)\)", text):
        words, part = body.split(), "NAME"
        parts: Dict[str, Set[str]] = {"NAME": set(), "USES": set(), "LINKS": set()}
        for word in words:
            if word in ("USES", "LINKS"):
                part = word
            else:
                parts[part].add(word)
        modules[words[0]] = Module(parts["USES"], parts["LINKS"])
    return modules


def module_of(path: Path) -> Optional[str]:
    parts = path.parts
    if len(parts) >= 3 and parts[0] == "src":
        return parts[1]
    if len(parts) >= 4 and parts[:2] == ("include", "facegate"):
        return parts[2]
    return None


def includes(source: Source) -> Iterator[Tuple[int, str]]:
    for number, line in source.code_lines():
        match = re.match(r"\s*#\s*include\s*<([^>]*)>", line)
        if match:
            yield number, match.group(1)


def check_law(modules: Dict[str, Module]) -> Iterator[Finding]:
    seen: Set[str] = set()
    for name, module in modules.items():
        for use in sorted(module.uses - seen):
            yield Finding("src/CMakeLists.txt", 1, "layering",
                          f"{name} uses {use}, which does not stand above it")
        seen.add(name)


def check_include(source: Source, number: int, header: str, name: str,
                  modules: Dict[str, Module]) -> Iterator[Finding]:
    path = str(source.path)
    top = name == "apps"  # wires everything together
    module = modules.get(name, Module(set(), set()))
    public = re.match(r"facegate/(\w+)/", header)
    private = re.match(r"(\w+)/", header)
    if public and public.group(1) in modules:
        used = public.group(1)
        if not top and used != name and used not in module.uses:
            yield Finding(path, number, "layering", f"{name} may not use {used}")
    elif private and private.group(1) in set(modules) | {"apps"}:
        used = private.group(1)
        if source.path.parts[0] == "include" or used != name:
            yield Finding(path, number, "layering",
                          f'"{header}" is private to src/{used}')
    else:
        yield from check_library_header(source, number, header, module, top)


def check_library_header(source: Source, number: int, header: str, module: Module,
                         top: bool) -> Iterator[Finding]:
    path = str(source.path)
    for start, libraries in LIBRARY_OF_HEADER.items():
        if header.startswith(start):
            if libraries is None:
                return
            if source.path.parts[0] == "include":
                yield Finding(path, number, "third-party", f"<{header}> in a public header")
            elif not top and not libraries & module.links:
                yield Finding(path, number, "third-party",
                              f"<{header}> is not one of the module's LINKS")
            return
    if re.match(r"^[a-z_0-9]+$", header) or SYSTEM_HEADER.match(header):
        return
    yield Finding(path, number, "third-party",
                  f"<{header}> is of no known library; see LIBRARY_OF_HEADER in scripts/tidy.py")


def check_layering(sources: List[Source]) -> Iterator[Finding]:
    law = next((s for s in sources if str(s.path) == "src/CMakeLists.txt"), None)
    if law is None:
        yield Finding("src/CMakeLists.txt", 1, "layering", "is missing")
        return
    modules = parse_modules(law.text)
    yield from check_law(modules)
    for source in sources:
        name = module_of(source.path)
        if source.path.suffix not in CXX or name is None:
            continue
        if name not in modules and name != "apps":
            yield Finding(str(source.path), 1, "layering", f"{name} is not in src/CMakeLists.txt")
            continue
        for number, header in includes(source):
            yield from check_include(source, number, header, name, modules)


FORBIDDEN_CODE = [
    # A library's own exception may travel inside its wrapper, to where that catches it.
    ("no-throw", re.compile(r"\bthrow\b(?!\s+SQLite::)"), "a fault is a Status, a bug is FG_CHECK"),
    ("no-using-namespace", re.compile(r"\busing\s+namespace\b(?!\s+std::\w*literals\b)"),
     "spell the names out"),
    ("naming",
     re.compile(r"\b(?:class|struct)\s+\w*(?:Manager|Helper|Util)\w*\s*(?:final\s*)?[:{]"),
     "say what it is: no Manager, Helper or Util"),
    ("biometric", re.compile(r"operator<<\s*\([^)]*\bconst\s+(?:\w+::)*(?:" + BIOMETRIC_TYPES +
                             r")\s*&"), "has no stream operator"),
    ("biometric", re.compile(r"\bformatter\s*<\s*(?:\w+::)*(?:" + BIOMETRIC_TYPES + r")\s*>"),
     "has no formatter"),
    ("biometric", re.compile(r"\b(?:PrintTo|ToJson|ToString|to_string)\s*\(\s*const\s+(?:\w+::)*"
                             r"(?:" + BIOMETRIC_TYPES + r")\s*&"), "has no text form"),
]


def check_code(source: Source) -> Iterator[Finding]:
    for number, line in source.code_lines():
        for rule, pattern, what in FORBIDDEN_CODE:
            if pattern.search(line):
                yield Finding(str(source.path), number, rule, what)


def function_lengths(code: str) -> Iterator[Tuple[int, int]]:
    """First line of each function and its number of lines: blocks after a parameter list. A table
    (what stands in braces after "=") is data and does not count."""
    code = re.sub(r"^\s*#(?:[^\n]*\\\n)*[^\n]*", lambda m: re.sub(r"[^\n]", " ", m.group(0)), code,
                  flags=re.M)
    stack: List[str] = []
    head_start, line, first, table_first, data_lines = 0, 1, 0, 0, 0
    for position, char in enumerate(code):
        if char == "\n":
            line += 1
        elif char == "{":
            head = code[head_start:position]
            if "function" in stack:
                is_table = head.rstrip().endswith("=") and "table" not in stack
                kind, table_first = ("table", line) if is_table else ("block", table_first)
            elif re.search(r"\bnamespace\b|\bextern\b", head):
                kind = "namespace"
            elif (re.search(r"\b(class|struct|union|enum)\b", head)
                  and not head.rstrip().endswith(")")):
                kind = "type"
            elif "(" in head and not head.rstrip().endswith("="):
                kind, first, data_lines = "function", line - head.strip().count("\n"), 0
            else:
                kind = "block"
            stack.append(kind)
            head_start = position + 1
        elif char == "}":
            kind = stack.pop() if stack else ""
            if kind == "table":
                data_lines += line - table_first
            if kind == "function":
                yield first, line - first + 1 - data_lines
            head_start = position + 1
        elif char == ";":
            head_start = position + 1


def check_function_length(source: Source) -> Iterator[Finding]:
    for first, length in function_lengths(source.code):
        if length > FUNCTION_LINES_MAX:
            yield Finding(str(source.path), first, "function-length",
                          f"{length} lines; at most {FUNCTION_LINES_MAX}")


def check_lines(source: Source) -> Iterator[Finding]:
    for number, line in source.lines():
        if len(line) > LINE_COLUMNS_MAX:
            yield Finding(str(source.path), number, "line-length",
                          f"{len(line)} columns; at most {LINE_COLUMNS_MAX}")


MACHINE_PATH = re.compile(r"(?<![\w.$}/-])/(?:home|root|work|Users|workspace)/\w")
UNFINISHED = re.compile(r"\b(?:" + "TO" + "DO|FIX" + "ME|XX" + r"X)\b")


def check_text(source: Source) -> Iterator[Finding]:
    for number, line in source.lines():
        if MACHINE_PATH.search(line):
            yield Finding(str(source.path), number, "machine-path", "exists on one machine only")
        if source.path.suffix in CODE and UNFINISHED.search(line):
            yield Finding(str(source.path), number, "unfinished", "finish it or file it")


def check_file_name(source: Source) -> Iterator[Finding]:
    path = source.path
    if path.suffix in CODE and not re.match(r"^[a-z0-9_]+$", path.stem):
        yield Finding(str(path), 1, "file-name", "files are snake_case")
    if path.suffix in CXX and re.search(r"manager|helper|util", path.stem):
        yield Finding(str(path), 1, "naming", "say what it is: no manager, helper or util")


def check_header(source: Source) -> Iterator[Finding]:
    if source.path.suffix != ".h":
        return
    if "#pragma once" not in source.text:
        yield Finding(str(source.path), 1, "header", "needs #pragma once")
    if not source.text.startswith("//"):
        yield Finding(str(source.path), 1, "header", "opens with a comment that says what it is")


TOP_LEVEL = {"CMakeLists.txt", "CMakePresets.json", "LICENSE", "README.md", "build", "config",
             "docs", "include", "models", "proto", "scripts", "src", "tests"}


def check_top_level(root: Path) -> Iterator[Finding]:
    for path in sorted(root.iterdir()):
        if path.name not in TOP_LEVEL and not path.name.startswith("."):
            yield Finding(path.name, 1, "top-level", "nothing else stands at the top")


def check_tests_are_built(root: Path, sources: List[Source]) -> Iterator[Finding]:
    """tests/unit/<module>/*_test.cc is globbed; whatever else lies there must be named."""
    for source in sources:
        parts = source.path.parts
        if parts[:2] != ("tests", "unit") or source.path.suffix != ".cc":
            continue
        if len(parts) == 4 and re.search(r"_(test|testing)\.cc$", source.path.name):
            continue
        extra = root / Path(*parts[:3]) / "extra.cmake"
        named = extra.read_text(encoding="utf-8") if len(parts) > 3 and extra.exists() else ""
        if source.path.name not in named and not globbed(named, parts):
            yield Finding(str(source.path), 1, "not-built", "no test program has this source")


def globbed(cmake: str, parts: Tuple[str, ...]) -> bool:
    below = "/".join(parts[3:-1])
    return bool(below) and re.search(re.escape(below) + r"/\*(_test)?\.cc", cmake) is not None


PROTO_ELEMENT = re.compile(
    r"^\s*(?:(message|enum|service|rpc|oneof)\s+(\w+)|"
    r"(?:repeated\s+|optional\s+|map\s*<[^>]*>\s*)?[\w.]*\s*\b(\w+)\s*=\s*-?\d+\s*(?:\[|;))")


def check_proto_comments(source: Source) -> Iterator[Finding]:
    commented = False
    for number, line in source.lines():
        stripped = line.strip()
        if stripped.startswith("//"):
            commented = True
            continue
        match = PROTO_ELEMENT.match(line)
        if match and not stripped.startswith(("option ", "reserved ")):
            if not commented and "//" not in line:
                name = match.group(2) or match.group(3)
                yield Finding(str(source.path), number, "proto-comment", f"{name} has no comment")
        if stripped:
            commented = False


def check_format(root: Path, sources: List[Source]) -> Iterator[Finding]:
    paths = [str(s.path) for s in sources if s.path.suffix in CXX]
    if not paths:
        return
    run = subprocess.run(["clang-format", "--dry-run", "--Werror", "--ferror-limit=1", *paths],
                         cwd=root, capture_output=True, text=True, check=False)
    for path, line in re.findall(r"^([^:\n]+):(\d+):\d+: error: code should be clang-formatted",
                                 run.stderr, flags=re.M):
        yield Finding(path, int(line), "format", "run clang-format -i on it")


def check(root: Path, with_format: bool = True) -> List[Finding]:
    sources = read_sources(root)
    findings = list(check_layering(sources))
    findings += check_top_level(root)
    findings += check_tests_are_built(root, sources)
    for source in sources:
        findings += check_text(source)
        findings += check_file_name(source)
        if source.path.suffix in CODE:
            findings += check_lines(source)
        if source.path.suffix in CXX:
            # A program that must not compile may break any rule of code.
            if "compile_fail" not in source.path.parts:
                findings += check_code(source)
            findings += check_function_length(source)
            findings += check_header(source)
        if source.path.suffix == ".proto":
            findings += check_proto_comments(source)
    if with_format:
        findings += check_format(root, sources)
    return sorted(set(findings))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--root", type=Path, default=Path(__file__).resolve().parent.parent)
    parser.add_argument("--no-format", action="store_true", help="leave clang-format out")
    arguments = parser.parse_args()
    findings = check(arguments.root.resolve(), not arguments.no_format)
    for finding in findings:
        print(f"{finding.path}:{finding.line}: {finding.rule}: {finding.what}")
    print(f"tidy: {len(findings)} findings", file=sys.stderr)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main())
