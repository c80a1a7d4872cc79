#!/usr/bin/env python3
"""Plants one violation of each rule in a small tree that is otherwise clean; tidy must name it."""

import importlib.util
import shutil
import tempfile
import unittest
from pathlib import Path

SCRIPT = Path(__file__).resolve().parents[2] / "scripts" / "tidy.py"
_spec = importlib.util.spec_from_file_location("tidy", SCRIPT)
tidy = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(tidy)

CLEAN = {
    ".clang-format": "BasedOnStyle: Google\nColumnLimit: 100\n",
    "src/CMakeLists.txt":
        "facegate_module(core LINKS spdlog::spdlog)\n"
        "facegate_module(model USES core)\n"
        "facegate_module(crypto USES core LINKS OpenSSL::Crypto)  # facegate_module(ghost)\n",
    "include/facegate/core/status.h":
        "// Says how it went.\n#pragma once\n\n#include <tl/expected.hpp>\n",
    "include/facegate/model/ids.h":
        "// Names.\n#pragma once\n\n#include \"facegate/core/status.h\"\n",
    "src/core/private.h": "// Private.\n#pragma once\n",
    "src/core/status.cc":
        "#include \"facegate/core/status.h\"\n\n#include <spdlog/spdlog.h>\n"
        "#include <sys/stat.h>\n\n#include <vector>\n\n#include \"core/private.h\"\n\n"
        "// To throw is a word here.\nconst char* kText = \"throw\";\n",
    "src/crypto/seal.cc": "#include <openssl/evp.h>\n",
    "tests/unit/core/status_test.cc": "int x;\n",
    "proto/facegate/v1/x.proto":
        "syntax = \"proto3\";\npackage facegate.v1;\n// A thing.\nmessage Thing {\n  // Its name.\n"
        "  string name = 1;\n  // One of.\n  oneof kind {\n    // A.\n    string a = 2;\n  }\n}\n",
}


class TidyTest(unittest.TestCase):

    def setUp(self):
        self.root = Path(tempfile.mkdtemp(prefix="tidy-"))
        self.addCleanup(shutil.rmtree, self.root)
        for path, text in CLEAN.items():
            self.write(path, text)

    def write(self, path, text):
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def assert_names(self, rule, path, line=None):
        findings = tidy.check(self.root)
        self.assertEqual([f.rule for f in findings], [rule], findings)
        self.assertEqual(findings[0].path, path)
        if line is not None:
            self.assertEqual(findings[0].line, line)

    def test_has_nothing_to_say_of_a_clean_tree(self):
        self.assertEqual(tidy.check(self.root), [])

    def test_names_a_module_that_is_not_in_uses(self):
        self.write("src/model/ids.cc", "#include \"facegate/crypto/seal.h\"\n")
        self.assert_names("layering", "src/model/ids.cc", 1)

    def test_names_a_private_header_of_another_module(self):
        self.write("src/model/ids.cc", "\n#include \"core/private.h\"\n")
        self.assert_names("layering", "src/model/ids.cc", 2)

    def test_names_a_private_header_in_a_public_one(self):
        self.write("include/facegate/core/a.h",
                   "// A.\n#pragma once\n\n#include \"core/private.h\"\n")
        self.assert_names("layering", "include/facegate/core/a.h", 4)

    def test_names_a_use_of_a_module_further_down(self):
        self.write("src/CMakeLists.txt", CLEAN["src/CMakeLists.txt"].replace(
            "(core", "(core USES model"))
        self.assert_names("layering", "src/CMakeLists.txt")

    def test_names_a_folder_that_is_no_module(self):
        self.write("src/ghost/a.cc", "int x;\n")
        self.assert_names("layering", "src/ghost/a.cc")

    def test_names_a_library_that_the_module_may_not_wrap(self):
        self.write("src/model/ids.cc", "#include <openssl/evp.h>\n")
        self.assert_names("third-party", "src/model/ids.cc", 1)

    def test_names_a_library_in_a_public_header(self):
        self.write("include/facegate/core/a.h",
                   "// A.\n#pragma once\n\n#include <spdlog/spdlog.h>\n")
        self.assert_names("third-party", "include/facegate/core/a.h", 4)

    def test_names_a_library_it_does_not_know(self):
        self.write("src/core/a.cc", "#include <boost/any.hpp>\n")
        self.assert_names("third-party", "src/core/a.cc", 1)

    def test_lets_apps_wire_everything_but_not_look_into_modules(self):
        self.write("src/apps/main.cc", "#include <CLI/CLI.hpp>\n\n#include \"apps/wiring.h\"\n"
                   "#include \"core/private.h\"\n#include \"facegate/model/ids.h\"\n")
        self.assert_names("layering", "src/apps/main.cc", 4)

    def test_names_throw(self):
        self.write("src/core/a.cc", "void F() { throw 1; }\n")
        self.assert_names("no-throw", "src/core/a.cc", 1)

    def test_names_using_namespace(self):
        self.write("src/core/a.cc", "using namespace std;\n")
        self.assert_names("no-using-namespace", "src/core/a.cc", 1)

    def test_lets_literals_and_a_wrapped_library_s_exception_be(self):
        self.write("src/core/a.cc", "using namespace std::string_view_literals;\n"
                   "void F() { throw SQLite::Exception(1); }\n")
        self.assertEqual(tidy.check(self.root), [])

    def test_names_a_manager(self):
        self.write("src/core/a.cc", "class KeyManager final : public B {};\n")
        self.assert_names("naming", "src/core/a.cc", 1)

    def test_names_a_long_function(self):
        body = "".join(f"  x = {i};\n" for i in range(70))
        self.write("src/core/a.cc",
                   "namespace a {\nint x;\nvoid F() {\n" + body + "}\n}  // namespace a\n")
        self.assert_names("function-length", "src/core/a.cc", 3)

    def test_counts_no_table_in_a_function(self):
        body = "".join(f"      {{{i}}},\n" for i in range(90))
        self.write("src/core/a.cc",
                   "int F() {\n  static const S kTable[] = {\n" + body + "  };\n  return 1;\n}\n")
        self.assertEqual(tidy.check(self.root, with_format=False), [])

    def test_lets_a_long_class_and_namespace_be(self):
        body = "".join(f"  int x{i};\n" for i in range(90))
        self.write("src/core/a.cc",
                   "namespace a {\nstruct S {\n" + body + "};\n}  // namespace a\n")
        self.assertEqual(tidy.check(self.root), [])

    def test_names_a_long_line(self):
        self.write("scripts/a.sh", "# " + "x" * 99 + "\n")
        self.assert_names("line-length", "scripts/a.sh", 1)

    def test_names_a_file_that_is_not_snake_case(self):
        self.write("src/core/TheStatus.cc", "int x;\n")
        self.assert_names("file-name", "src/core/TheStatus.cc")

    def test_names_a_path_of_one_machine(self):
        self.write("README.md", "Look in /ho" + "me/somebody.\n")
        self.assert_names("machine-path", "README.md", 1)

    def test_names_a_stray_file_at_the_top(self):
        self.write("key.der", "stray")
        self.assert_names("top-level", "key.der", 1)

    def test_names_what_is_unfinished(self):
        self.write("src/core/a.cc", "// TO" + "DO: finish\n")
        self.assert_names("unfinished", "src/core/a.cc", 1)

    def test_names_a_test_that_nothing_builds(self):
        self.write("tests/unit/core/more/deep_test.cc", "int x;\n")
        self.assert_names("not-built", "tests/unit/core/more/deep_test.cc")

    def test_lets_extra_cmake_build_a_test(self):
        self.write("tests/unit/core/more/deep_test.cc", "int x;\n")
        self.write("tests/unit/core/extra.cmake",
                   "target_sources(core_test PRIVATE more/deep_test.cc)\n")
        self.assertEqual(tidy.check(self.root), [])

    def test_names_a_file_that_is_not_formatted(self):
        self.write("src/core/a.cc", "int   x;\n")
        self.assert_names("format", "src/core/a.cc", 1)

    def test_names_a_stream_operator_of_a_biometric_type(self):
        self.write("src/core/a.cc",
                   "std::ostream& operator<<(std::ostream& out, const vision::Embedding& e);\n")
        self.assert_names("biometric", "src/core/a.cc", 1)

    def test_names_a_formatter_of_a_biometric_type(self):
        self.write("src/core/a.cc", "template <>\nstruct fmt::formatter<frame::Image> {};\n")
        self.assert_names("biometric", "src/core/a.cc", 2)

    def test_names_a_proto_element_without_comment(self):
        for victim in ("// A thing.\n", "  // Its name.\n", "    // A.\n", "  // One of.\n"):
            self.write("proto/facegate/v1/x.proto",
                       CLEAN["proto/facegate/v1/x.proto"].replace(victim, ""))
            self.assert_names("proto-comment", "proto/facegate/v1/x.proto")

    def test_names_a_header_that_does_not_say_what_it_is(self):
        self.write("include/facegate/core/a.h", "#pragma once\n")
        self.assert_names("header", "include/facegate/core/a.h")


if __name__ == "__main__":
    unittest.main()
