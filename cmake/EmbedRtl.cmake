# cmake -DRTL=<folder> -DOUTPUT=<file.cpp> -P EmbedRtl.cmake: the leaves of rtl/ as C++ raw strings.
file(GLOB_RECURSE files RELATIVE ${RTL} ${RTL}/*.sv)
# The space sorts before every character of a name, as the end of a string does.
set(by_name)
foreach(file IN LISTS files)
  get_filename_component(name ${file} NAME_WE)
  get_filename_component(folder ${file} DIRECTORY)
  list(APPEND by_name "${name} ${folder} ${file}")
endforeach()
list(SORT by_name)
file(WRITE ${OUTPUT}.new "// Written by cmake/EmbedRtl.cmake from rtl/; do not edit.
#include \"emit/resources.hpp\"

namespace nacre {

const std::vector<RtlFile>& rtl_files() {
  static const std::vector<RtlFile> all = {
")
foreach(entry IN LISTS by_name)
  string(REPLACE " " ";" parts "${entry}")
  list(GET parts 0 name)
  list(GET parts 1 folder)
  list(GET parts 2 file)
  file(READ ${RTL}/${file} text)
  file(APPEND ${OUTPUT}.new "      {\"${name}\", \"${folder}\", R\"nacre_rtl(")
  file(APPEND ${OUTPUT}.new "${text}")
  file(APPEND ${OUTPUT}.new ")nacre_rtl\"},\n")
endforeach()
file(APPEND ${OUTPUT}.new "  };
  return all;
}

}  // namespace nacre
")
file(RENAME ${OUTPUT}.new ${OUTPUT})
