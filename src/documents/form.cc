#include "documents/form.h"

#include <algorithm>
#include <numeric>
#include <span>

#include "documents/placeholder.h"

namespace facegate::documents {
namespace {

using core::Json;
using rules::Node;
using BlockFill = Form::BlockFill;
using TextFill = Form::TextFill;

constexpr int kIncludeDepthMax = 2;

core::Result<BlockFill> ReadBlocks(const FormContext& context, const Node& list);

// The member `key`, or a fill that gives nothing where it is not there.
core::Result<TextFill> OptionalText(const FormContext& context, const Node& map,
                                    std::string_view key) {
  const Node* node = map.Find(key);
  if (node == nullptr) return TextFill([](const Scope&) { return std::string(); });
  return ReadText(context, *node);
}

core::Result<TextFill> RequiredText(const FormContext& context, const Node& map,
                                    std::string_view key) {
  FG_ASSIGN_OR_RETURN(const Node* node, context.file->Require(map, key));
  return ReadText(context, *node);
}

core::Result<std::vector<TextFill>> ReadTexts(const FormContext& context, const Node& list) {
  FG_RETURN_IF_ERROR(context.file->Strings(list).status());
  std::vector<TextFill> texts;
  for (const Node& item : list.items()) {
    FG_ASSIGN_OR_RETURN(texts.emplace_back(), ReadText(context, item));
  }
  return texts;
}

// "Label: value" pairs, in order.
core::Result<std::vector<std::pair<std::string, TextFill>>> ReadPairs(const FormContext& context,
                                                                      const Node& map) {
  if (!map.is_map()) return context.file->Error(map.position(), "expected labels with their texts");
  std::vector<std::pair<std::string, TextFill>> pairs;
  for (const rules::Member& member : map.members()) {
    FG_ASSIGN_OR_RETURN(TextFill text, ReadText(context, member.value));
    pairs.emplace_back(member.key, std::move(text));
  }
  return pairs;
}

// A path that names a list; its entries are what `it` stands for.
struct Repetition {
  Path list;
  FormContext context;

  void ForEach(const Scope& scope, const std::function<void(const Scope&)>& take) const {
    const Json* entries = list.find(scope);
    if (entries == nullptr) return;
    for (const Json& entry : entries->AsArray()) take({scope.model, &entry});
  }
};

core::Result<Repetition> ReadRepetition(const FormContext& context, const Node& node) {
  static const Shape kTextEntry = [] {
    Shape shape;
    shape.type = Shape::Type::kText;
    return shape;
  }();
  FG_ASSIGN_OR_RETURN(Path path, ReadPath(context, node));
  if (path.shape->type != Shape::Type::kTexts && path.shape->type != Shape::Type::kObjects) {
    return context.file->Error(node.position(), rules::Quoted(node.text()) + " is no list");
  }
  FormContext inner = context;
  inner.entry = path.shape->type == Shape::Type::kTexts ? &kTextEntry : path.shape;
  return Repetition{std::move(path), inner};
}

// A block that is one text.
template <class B>
core::Result<BlockFill> ReadPlain(const FormContext& context, const Node& block,
                                  std::string_view key) {
  FG_ASSIGN_OR_RETURN(TextFill text, RequiredText(context, block, key));
  return BlockFill(
      [text](const Scope& scope, std::vector<Block>& out) { out.push_back(B{text(scope)}); });
}

core::Result<BlockFill> ReadHeadingOf(const FormContext& context, const Node& block,
                                      std::string_view key, int level) {
  FG_ASSIGN_OR_RETURN(TextFill text, RequiredText(context, block, key));
  return BlockFill([text, level](const Scope& scope, std::vector<Block>& out) {
    out.push_back(Heading{level, text(scope)});
  });
}

core::Result<BlockFill> ReadHeading(const FormContext& context, const Node& block) {
  return ReadHeadingOf(context, block, "heading", 2 + context.include_depth);
}

core::Result<BlockFill> ReadSubheading(const FormContext& context, const Node& block) {
  return ReadHeadingOf(context, block, "subheading", 3 + context.include_depth);
}

core::Result<BlockFill> ReadParagraph(const FormContext& context, const Node& block) {
  return ReadPlain<Paragraph>(context, block, "text");
}

core::Result<BlockFill> ReadNote(const FormContext& context, const Node& block) {
  return ReadPlain<Note>(context, block, "note");
}

// What people wrote, or the place where they have to.
core::Result<BlockFill> ReadWritten(const FormContext& context, const Node& block) {
  const Node& node = *block.Find("written");
  FG_ASSIGN_OR_RETURN(const Path path, ReadPath(context, node));
  if (path.shape->type != Shape::Type::kText || !path.shape->optional) {
    return context.file->Error(node.position(),
                               rules::Quoted(node.text()) + " is no text that may be absent");
  }
  FG_ASSIGN_OR_RETURN(TextFill guidance, RequiredText(context, block, "guidance"));
  return BlockFill([path, guidance](const Scope& scope, std::vector<Block>& out) {
    const Json* text = path.find(scope);
    if (text == nullptr) {
      out.push_back(Unwritten{guidance(scope)});
    } else {
      out.push_back(Paragraph{text->AsString()});
    }
  });
}

core::Result<BlockFill> ReadList(const FormContext& context, const Node& block) {
  const Node& list = *block.Find("list");
  if (list.is_list()) {
    FG_ASSIGN_OR_RETURN(const std::vector<TextFill> items, ReadTexts(context, list));
    return BlockFill([items](const Scope& scope, std::vector<Block>& out) {
      BulletList bullets;
      for (const TextFill& item : items) bullets.items.push_back(item(scope));
      out.push_back(std::move(bullets));
    });
  }
  FG_ASSIGN_OR_RETURN(const Repetition repetition, ReadRepetition(context, list));
  FG_ASSIGN_OR_RETURN(TextFill item, RequiredText(repetition.context, block, "item"));
  FG_ASSIGN_OR_RETURN(TextFill empty, OptionalText(context, block, "empty"));
  return BlockFill([repetition, item, empty](const Scope& scope, std::vector<Block>& out) {
    BulletList bullets;
    repetition.ForEach(scope, [&](const Scope& each) { bullets.items.push_back(item(each)); });
    if (!bullets.items.empty()) {
      out.push_back(std::move(bullets));
    } else if (std::string text = empty(scope); !text.empty()) {
      out.push_back(Paragraph{std::move(text)});
    }
  });
}

core::Result<BlockFill> ReadFacts(const FormContext& context, const Node& block) {
  FG_ASSIGN_OR_RETURN(const auto pairs, ReadPairs(context, *block.Find("facts")));
  return BlockFill([pairs](const Scope& scope, std::vector<Block>& out) {
    Facts facts;
    for (const auto& [label, value] : pairs) facts.facts.emplace_back(label, value(scope));
    out.push_back(std::move(facts));
  });
}

core::Result<std::vector<int>> ReadWidths(const FormContext& context, const Node& block,
                                          std::size_t columns) {
  const Node* node = block.Find("widths");
  if (node == nullptr) return std::vector<int>(columns, 1);
  std::vector<int> widths;
  for (const Node& item : node->items()) {
    FG_ASSIGN_OR_RETURN(const std::int64_t width, context.file->Int(item, 1, 100));
    widths.push_back(static_cast<int>(width));
  }
  if (widths.size() == columns) return widths;
  return context.file->Error(node->position(), "expected one width for each column");
}

core::Result<BlockFill> ReadTable(const FormContext& context, const Node& block) {
  const Node& list = *block.Find("table");
  FG_ASSIGN_OR_RETURN(const Repetition repetition, ReadRepetition(context, list));
  FG_ASSIGN_OR_RETURN(TextFill caption, RequiredText(context, block, "caption"));
  FG_ASSIGN_OR_RETURN(const Node* columns, context.file->Require(block, "columns"));
  FG_ASSIGN_OR_RETURN(const auto cells, ReadPairs(repetition.context, *columns));
  if (cells.empty()) return context.file->Error(columns->position(), "a table without columns");
  FG_ASSIGN_OR_RETURN(const std::vector<int> widths, ReadWidths(context, block, cells.size()));
  if (repetition.list.shape->optional)
    FG_RETURN_IF_ERROR(context.file->Require(block, "empty").status());
  FG_ASSIGN_OR_RETURN(TextFill empty, OptionalText(context, block, "empty"));
  return BlockFill([=](const Scope& scope, std::vector<Block>& out) {
    Table table;
    table.caption = caption(scope);
    table.widths = widths;
    for (const auto& [heading, cell] : cells) table.columns.push_back(heading);
    repetition.ForEach(scope, [&](const Scope& each) {
      std::vector<std::string>& row = table.rows.emplace_back();
      for (const auto& [heading, cell] : cells) row.push_back(cell(each));
    });
    if (table.rows.empty()) {
      out.push_back(Paragraph{empty(scope)});
    } else {
      out.push_back(std::move(table));
    }
  });
}

core::Result<BlockFill> ReadQr(const FormContext& context, const Node& block) {
  FG_ASSIGN_OR_RETURN(const Path path, ReadPath(context, *block.Find("qr")));
  if (path.shape->type != Shape::Type::kUrl) {
    return context.file->Error(block.Find("qr")->position(), "expected a web address");
  }
  FG_ASSIGN_OR_RETURN(TextFill caption, RequiredText(context, block, "caption"));
  return BlockFill([path, caption](const Scope& scope, std::vector<Block>& out) {
    const Json* url = path.find(scope);
    if (url != nullptr) out.push_back(QrCode{url->AsString(), caption(scope)});
  });
}

core::Result<BlockFill> ReadSignature(const FormContext& context, const Node& block) {
  FG_ASSIGN_OR_RETURN(const std::vector<TextFill> lines,
                      ReadTexts(context, *block.Find("signature")));
  return BlockFill([lines](const Scope& scope, std::vector<Block>& out) {
    Signature signature;
    for (const TextFill& line : lines) signature.lines.push_back(line(scope));
    out.push_back(std::move(signature));
  });
}

core::Result<BlockFill> ReadBanner(const FormContext& context, const Node& block) {
  FG_ASSIGN_OR_RETURN(TextFill text, RequiredText(context, block, "banner"));
  FG_ASSIGN_OR_RETURN(TextFill subtitle, RequiredText(context, block, "subtitle"));
  return BlockFill([text, subtitle](const Scope& scope, std::vector<Block>& out) {
    out.push_back(Banner{text(scope), subtitle(scope)});
  });
}

core::Result<BlockFill> ReadNewPage(const FormContext& context, const Node& block) {
  FG_ASSIGN_OR_RETURN(const bool wanted, context.file->Bool(*block.Find("new_page")));
  return BlockFill([wanted](const Scope&, std::vector<Block>& out) {
    if (wanted) out.push_back(NewPage{});
  });
}

// Whether something is there: a value, an entry of a list, or with `is` one certain word.
core::Result<std::function<bool(const Scope&)>> ReadCondition(const FormContext& context,
                                                              const Node& block) {
  const Node& node = *block.Find("if");
  FG_ASSIGN_OR_RETURN(const Path path, ReadPath(context, node));
  const Node* is = block.Find("is");
  if (is == nullptr) {
    if (!path.shape->optional) {
      return context.file->Error(node.position(), rules::Quoted(node.text()) + " is always there");
    }
    return std::function<bool(const Scope&)>([path](const Scope& scope) {
      const Json* value = path.find(scope);
      return value != nullptr && !(value->is_array() && value->AsArray().empty());
    });
  }
  if (path.shape->type != Shape::Type::kWord) {
    return context.file->Error(is->position(), rules::Quoted(node.text()) + " is no word");
  }
  FG_ASSIGN_OR_RETURN(const std::size_t index, context.file->OneOf(*is, path.shape->words));
  const std::string word(path.shape->words[index]);
  return std::function<bool(const Scope&)>([path, word](const Scope& scope) {
    const Json* value = path.find(scope);
    return value != nullptr && value->AsString() == word;
  });
}

core::Result<BlockFill> ReadIf(const FormContext& context, const Node& block) {
  FG_ASSIGN_OR_RETURN(const auto condition, ReadCondition(context, block));
  FG_ASSIGN_OR_RETURN(const Node* then, context.file->Require(block, "then"));
  FG_ASSIGN_OR_RETURN(BlockFill yes, ReadBlocks(context, *then));
  BlockFill no = [](const Scope&, std::vector<Block>&) {};
  if (const Node* otherwise = block.Find("else"); otherwise != nullptr) {
    FG_ASSIGN_OR_RETURN(no, ReadBlocks(context, *otherwise));
  }
  return BlockFill([condition, yes, no](const Scope& scope, std::vector<Block>& out) {
    (condition(scope) ? yes : no)(scope, out);
  });
}

core::Result<BlockFill> ReadEach(const FormContext& context, const Node& block) {
  FG_ASSIGN_OR_RETURN(const Repetition repetition, ReadRepetition(context, *block.Find("each")));
  FG_ASSIGN_OR_RETURN(const Node* body, context.file->Require(block, "do"));
  FG_ASSIGN_OR_RETURN(BlockFill fill, ReadBlocks(repetition.context, *body));
  return BlockFill([repetition, fill](const Scope& scope, std::vector<Block>& out) {
    repetition.ForEach(scope, [&](const Scope& each) { fill(each, out); });
  });
}

constexpr std::string_view kFormKeys[] = {"layout", "title",  "author",
                                          "footer", "advice", "blocks"};

// The blocks of another form, for an object within the model; nothing where it is absent.
core::Result<BlockFill> ReadInclude(const FormContext& context, const Node& block) {
  const Node& node = *block.Find("include");
  FG_ASSIGN_OR_RETURN(const std::string name, context.file->String(node));
  FG_ASSIGN_OR_RETURN(const Node* with, context.file->Require(block, "with"));
  FG_ASSIGN_OR_RETURN(const Path path, ReadPath(context, *with));
  if (path.shape->type != Shape::Type::kObject) {
    return context.file->Error(with->position(), rules::Quoted(with->text()) + " is no object");
  }
  if (context.include_depth == kIncludeDepthMax) {
    return context.file->Error(node.position(), "forms include one another too deeply");
  }
  if (name.find_first_not_of("abcdefghijklmnopqrstuvwxyz_") != std::string::npos) {
    return context.file->Error(node.position(), rules::Quoted(name) + " is no name of a form");
  }
  FG_ASSIGN_OR_RETURN(const rules::Document file,
                      rules::Document::Load(context.folder + "/" + name + ".yaml", kBadForm));
  FormContext inner = context;
  inner.file = &file;
  inner.model = path.shape;
  inner.entry = nullptr;
  ++inner.include_depth;
  FG_RETURN_IF_ERROR(file.CheckKeys(file.root(), kFormKeys));
  FG_ASSIGN_OR_RETURN(const Node* blocks, file.Require(file.root(), "blocks"));
  FG_ASSIGN_OR_RETURN(BlockFill fill, ReadBlocks(inner, *blocks));
  return BlockFill([path, fill](const Scope& scope, std::vector<Block>& out) {
    const Json* object = path.find(scope);
    if (object != nullptr) fill({object, nullptr}, out);
  });
}

// A block's first key says what it is.
struct BlockKind {
  std::string_view key;
  std::initializer_list<std::string_view> keys;  // all that it may have
  core::Result<BlockFill> (*read)(const FormContext&, const Node&);
};

const BlockKind kBlockKinds[] = {
    {"heading", {"heading"}, ReadHeading},
    {"subheading", {"subheading"}, ReadSubheading},
    {"text", {"text"}, ReadParagraph},
    {"note", {"note"}, ReadNote},
    {"written", {"written", "guidance"}, ReadWritten},
    {"list", {"list", "item", "empty"}, ReadList},
    {"facts", {"facts"}, ReadFacts},
    {"table", {"table", "caption", "columns", "widths", "empty"}, ReadTable},
    {"qr", {"qr", "caption"}, ReadQr},
    {"signature", {"signature"}, ReadSignature},
    {"banner", {"banner", "subtitle"}, ReadBanner},
    {"new_page", {"new_page"}, ReadNewPage},
    {"if", {"if", "is", "then", "else"}, ReadIf},
    {"each", {"each", "do"}, ReadEach},
    {"include", {"include", "with"}, ReadInclude},
};

core::Result<BlockFill> ReadBlock(const FormContext& context, const Node& block) {
  if (!block.is_map() || block.members().empty()) {
    return context.file->Error(block.position(), "expected a block");
  }
  const rules::Member& first = block.members().front();
  for (const BlockKind& kind : kBlockKinds) {
    if (first.key != kind.key) continue;
    FG_RETURN_IF_ERROR(context.file->CheckKeys(block, kind.keys));
    return kind.read(context, block);
  }
  std::vector<std::string_view> known;
  for (const BlockKind& kind : kBlockKinds) known.push_back(kind.key);
  return context.file->Error(first.position, "unknown block " + rules::Quoted(first.key) +
                                                 rules::DidYouMean(first.key, known));
}

core::Result<BlockFill> ReadBlocks(const FormContext& context, const Node& list) {
  if (!list.is_list()) return context.file->Error(list.position(), "expected a list of blocks");
  std::vector<BlockFill> fills;
  for (const Node& item : list.items()) {
    FG_ASSIGN_OR_RETURN(fills.emplace_back(), ReadBlock(context, item));
  }
  return BlockFill([fills](const Scope& scope, std::vector<Block>& out) {
    for (const BlockFill& fill : fills) fill(scope, out);
  });
}

}  // namespace

core::Result<Form> Form::Load(const std::string& folder, std::string_view name, const Shape& shape,
                              const WordsFile& words) {
  FG_ASSIGN_OR_RETURN(const rules::Document file,
                      rules::Document::Load(folder + "/" + std::string(name) + ".yaml", kBadForm));
  const Node& root = file.root();
  FormContext context;
  context.file = &file;
  context.model = &shape;
  context.words = &words;
  context.folder = folder;
  FG_RETURN_IF_ERROR(file.CheckKeys(root, kFormKeys));
  Form form;
  form.words_ = &words;
  FG_ASSIGN_OR_RETURN(const Node* layout, file.Require(root, "layout"));
  FG_ASSIGN_OR_RETURN(const std::size_t index, file.OneOf(*layout, {"document", "sign"}));
  form.layout_ = index == 0 ? Layout::kDocument : Layout::kSign;
  FG_ASSIGN_OR_RETURN(const Node* advice, file.Require(root, "advice"));
  FG_ASSIGN_OR_RETURN(form.advice_, file.Bool(*advice));
  FG_ASSIGN_OR_RETURN(form.title_, RequiredText(context, root, "title"));
  FG_ASSIGN_OR_RETURN(form.author_, RequiredText(context, root, "author"));
  FG_ASSIGN_OR_RETURN(form.footer_, RequiredText(context, root, "footer"));
  FG_ASSIGN_OR_RETURN(const Node* blocks, file.Require(root, "blocks"));
  FG_ASSIGN_OR_RETURN(form.blocks_, ReadBlocks(context, *blocks));
  return form;
}

Paper Form::Fill(const Json& model) const {
  const Scope scope{&model, nullptr};
  Paper paper;
  paper.layout = layout_;
  paper.language = words_->language;
  paper.title = title_(scope);
  paper.author = author_(scope);
  paper.footer = footer_(scope);
  paper.dated = model.StringOr("dated", "");
  paper.page_of = words_->page_of;
  paper.to_be_written = words_->to_be_written;
  if (layout_ == Layout::kDocument) paper.blocks.push_back(Heading{1, paper.title});
  if (advice_) paper.blocks.push_back(Note{words_->not_legal_advice});
  blocks_(scope, paper.blocks);
  return paper;
}

}  // namespace facegate::documents
