# Compiles PROGRAM against the headers below ROOT, without linking. Fails unless the compiler refuses it for the reason it names; a
# program that names none must compile.
file(READ ${PROGRAM} text)
set(ENV{LC_ALL} C)
execute_process(
  COMMAND ${COMPILER} -std=c++20 -Wall -Wextra -Werror -fsyntax-only -I${ROOT}/include -I${ROOT}/src
          ${PROGRAM}
  RESULT_VARIABLE result ERROR_VARIABLE errors)

if(NOT text MATCHES "// EXPECT: ([^\n]+)")
  if(NOT result EQUAL 0)
    message(FATAL_ERROR "${PROGRAM} must compile:\n${errors}")
  endif()
  return()
endif()
set(reason "${CMAKE_MATCH_1}")
if(result EQUAL 0)
  message(FATAL_ERROR "${PROGRAM} compiles; expected a refusal: ${reason}")
endif()
if(NOT errors MATCHES "error: [^\n]*(${reason})")
  message(FATAL_ERROR "${PROGRAM} is refused for another reason than '${reason}':\n${errors}")
endif()
