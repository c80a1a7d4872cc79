#include "documents/words_file.h"

#include "documents/describe.h"
#include "documents/form.h"
#include "facegate/rules/document.h"

namespace facegate::documents {
namespace {

core::Result<std::map<std::string, std::string, std::less<>>> ReadTable(const rules::Document& file,
                                                                        const rules::Node& tables,
                                                                        const WordTable& known) {
  FG_ASSIGN_OR_RETURN(const rules::Node* table, file.Require(tables, known.name));
  FG_RETURN_IF_ERROR(file.CheckKeys(*table, known.words));
  std::map<std::string, std::string, std::less<>> words;
  for (const std::string_view word : known.words) {
    FG_ASSIGN_OR_RETURN(const rules::Node* node, file.Require(*table, word));
    FG_ASSIGN_OR_RETURN(words[std::string(word)], file.String(*node));
  }
  return words;
}

}  // namespace

core::Result<WordsFile> WordsFile::Load(const std::string& path) {
  FG_ASSIGN_OR_RETURN(const rules::Document file, rules::Document::Load(path, kBadForm));
  const rules::Node& root = file.root();
  WordsFile words;
  const std::pair<std::string_view, std::string*> texts[] = {
      {"language", &words.language},
      {"absent", &words.absent},
      {"none", &words.none},
      {"joint", &words.joint},
      {"page_of", &words.page_of},
      {"to_be_written", &words.to_be_written},
      {"not_legal_advice", &words.not_legal_advice},
  };
  std::vector<std::string_view> keys{"words"};
  for (const auto& [key, text] : texts) keys.push_back(key);
  FG_RETURN_IF_ERROR(file.CheckKeys(root, keys));
  for (const auto& [key, text] : texts) {
    FG_ASSIGN_OR_RETURN(const rules::Node* node, file.Require(root, key));
    FG_ASSIGN_OR_RETURN(*text, file.String(*node));
  }
  FG_ASSIGN_OR_RETURN(const rules::Node* tables, file.Require(root, "words"));
  std::vector<std::string_view> names;
  for (const WordTable& table : WordTables()) names.push_back(table.name);
  FG_RETURN_IF_ERROR(file.CheckKeys(*tables, names));
  for (const WordTable& table : WordTables()) {
    FG_ASSIGN_OR_RETURN(words.tables[std::string(table.name)], ReadTable(file, *tables, table));
  }
  return words;
}

const std::string& WordsFile::Word(std::string_view table, std::string_view word) const {
  const auto found = tables.find(table);
  FG_CHECK(found != tables.end());
  const auto text = found->second.find(word);
  FG_CHECK(text != found->second.end());
  return text->second;
}

}  // namespace facegate::documents
