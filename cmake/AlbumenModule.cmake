# albumen_module(NAME core
#   SOURCES a.cpp b.cpp            what the static library is made of
#   HEADERS a.h b.h                public headers: others may include them; each must stand alone
#   USES files                     other albumen modules, as the include rule allows
#   LIBRARIES fmt::fmt             third-party targets, used in .cpp files and internal/ only
#   TESTS a_test.cpp               one test program for the module, run by ctest test by test
#   TEST_LIBRARIES ...             what only the tests need
#   LIGHT_TESTS                    they compute little: sanitizers get them unoptimized, which halves
#                                  the time to compile them
#   LIGHT                          so does all of the module
#   BENCHES a_bench.cpp)           one benchmark program for the module
function(albumen_module)
  cmake_parse_arguments(
    MODULE "LIGHT;LIGHT_TESTS" "NAME" "SOURCES;HEADERS;USES;LIBRARIES;TESTS;TEST_LIBRARIES;BENCHES" ${ARGN})
  set(library albumen_${MODULE_NAME})
  list(TRANSFORM MODULE_USES PREPEND "albumen::")

  add_library(${library} STATIC ${MODULE_SOURCES})
  add_library(albumen::${MODULE_NAME} ALIAS ${library})
  target_sources(
    ${library} PUBLIC FILE_SET HEADERS BASE_DIRS "${PROJECT_SOURCE_DIR}/src" FILES
                      ${MODULE_HEADERS})
  target_link_libraries(
    ${library}
    PUBLIC ${MODULE_USES}
    PRIVATE albumen_flags ${MODULE_LIBRARIES})
  if(ALBUMEN_SANITIZE AND MODULE_LIGHT AND NOT ALBUMEN_FUZZ)
    target_compile_options(${library} PRIVATE -O0)
  endif()
  if(ALBUMEN_DEVELOPER_MODE)
    set_target_properties(${library} PROPERTIES VERIFY_INTERFACE_HEADER_SETS ON)
  endif()

  if(ALBUMEN_DEVELOPER_MODE AND MODULE_TESTS)
    add_executable(${library}_test ${MODULE_TESTS})
    target_link_libraries(${library}_test PRIVATE albumen_flags ${library} ${MODULE_LIBRARIES}
                                                  ${MODULE_TEST_LIBRARIES} GTest::gmock_main)
    if(ALBUMEN_SANITIZE AND (MODULE_LIGHT OR MODULE_LIGHT_TESTS))
      target_compile_options(${library}_test PRIVATE -O0)
    endif()
    gtest_discover_tests(${library}_test DISCOVERY_MODE PRE_TEST PROPERTIES TIMEOUT 300)
  endif()

  if(ALBUMEN_DEVELOPER_MODE AND MODULE_BENCHES)
    add_executable(${library}_bench ${MODULE_BENCHES})
    target_link_libraries(${library}_bench PRIVATE albumen_flags ${library} ${MODULE_LIBRARIES}
                                                   benchmark::benchmark_main)
  endif()
endfunction()

# albumen_fuzzer(jpeg USES decode): fuzz/jpeg_fuzzer.cpp with seeds in fuzz/corpus/jpeg.
# With ALBUMEN_FUZZ it is a libFuzzer program; always, a plain program that replays the corpus is
# built and run by ctest, so that every crash ever found stays found.
function(albumen_fuzzer NAME)
  cmake_parse_arguments(FUZZER "" "" "USES;LIBRARIES" ${ARGN})
  list(TRANSFORM FUZZER_USES PREPEND "albumen::")
  set(corpus "${PROJECT_SOURCE_DIR}/fuzz/corpus/${NAME}")

  add_executable(${NAME}_replay ${NAME}_fuzzer.cpp replay_main.cpp)
  target_link_libraries(${NAME}_replay PRIVATE albumen_flags ${FUZZER_USES} ${FUZZER_LIBRARIES})
  add_test(NAME fuzz_replay.${NAME} COMMAND ${NAME}_replay "${corpus}")
  set_tests_properties(fuzz_replay.${NAME} PROPERTIES LABELS fuzz TIMEOUT 300)

  if(ALBUMEN_FUZZ)
    add_executable(${NAME}_fuzzer ${NAME}_fuzzer.cpp)
    target_link_libraries(${NAME}_fuzzer PRIVATE albumen_flags ${FUZZER_USES} ${FUZZER_LIBRARIES})
    target_link_options(${NAME}_fuzzer PRIVATE -fsanitize=fuzzer)
  endif()
endfunction()
