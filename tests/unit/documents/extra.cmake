#What the shipped forms say is held against the shipped word list.
target_link_libraries(documents_test PRIVATE facegate_wording)
# g++ 12 takes parts of <regex> for uninitialised once a sanitizer is in (GCC bug 105562).
if(FACEGATE_SANITIZE AND CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  set_source_files_properties(${dir}/html_test.cc ${dir}/pdf_test.cc PROPERTIES
    COMPILE_OPTIONS -Wno-maybe-uninitialized)
endif()
