# Compiler flags as interface targets, linked privately by albumen's own targets only.

# Before any dependency is looked up: the deepest common language level.
set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_POSITION_INDEPENDENT_CODE ON)

add_library(albumen_flags INTERFACE)
target_include_directories(albumen_flags INTERFACE "${PROJECT_SOURCE_DIR}/src")
target_compile_options(
  albumen_flags
  INTERFACE -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion -Wnon-virtual-dtor
            -Woverloaded-virtual -Wold-style-cast -Wcast-align -Wformat=2 -Wimplicit-fallthrough
            # Designated initializers leave the rest to its defaults on purpose.
            -Wno-missing-field-initializers
            $<$<CXX_COMPILER_ID:Clang>:-Wthread-safety>
            # libstdc++ 12's own stable algorithms call what C++17 deprecated.
            $<$<CXX_COMPILER_ID:Clang>:-Wno-deprecated-declarations>
            $<$<CXX_COMPILER_ID:Clang>:-Wno-gnu-statement-expression-from-macro-expansion>)
if(ALBUMEN_DEVELOPER_MODE)
  target_compile_options(albumen_flags INTERFACE -Werror)
endif()

if(ALBUMEN_SANITIZE)
  # Global on purpose: code with and without the instrumentation must not be mixed.
  add_compile_options(-fsanitize=${ALBUMEN_SANITIZE} -fno-omit-frame-pointer
                      -fno-sanitize-recover=all -g1 -O1)
  add_link_options(-fsanitize=${ALBUMEN_SANITIZE})
endif()

option(ALBUMEN_FUZZ "Build the fuzz targets with libFuzzer (clang only)" OFF)
if(ALBUMEN_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
