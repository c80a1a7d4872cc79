// config/documents/<language>/words.yaml: the words that every form of a language shares.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "facegate/core/status.h"

namespace facegate::documents {

struct WordsFile {
  std::string language;  // BCP 47
  std::string absent;    // stands where a value might be and is not
  std::string none;      // stands for a list without an entry
  std::string joint;     // between the entries of a list within a sentence
  std::string page_of;   // "Page {page} of {pages}"
  std::string to_be_written;
  std::string not_legal_advice;
  std::map<std::string, std::map<std::string, std::string, std::less<>>, std::less<>> tables;

  // Refuses a file in which any word of any enum is missing.
  static core::Result<WordsFile> Load(const std::string& path);

  // Requires: a word of a table of the models.
  const std::string& Word(std::string_view table, std::string_view word) const;
};

}  // namespace facegate::documents
