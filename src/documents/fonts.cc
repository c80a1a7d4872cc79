#include "documents/fonts.h"

#include <hb-subset.h>
#include <stdlib.h>

#include <filesystem>
#include <fstream>

#include "facegate/documents/render.h"

namespace facegate::documents {
namespace {

using core::Code;
using core::Status;

struct Destroy {
  void operator()(FcPattern* pattern) const { FcPatternDestroy(pattern); }
  void operator()(hb_blob_t* blob) const { hb_blob_destroy(blob); }
  void operator()(hb_face_t* face) const { hb_face_destroy(face); }
  void operator()(hb_subset_input_t* input) const { hb_subset_input_destroy(input); }
};
template <class T>
using Held = std::unique_ptr<T, Destroy>;

// The letters of UTF-8 that was checked before; what is broken is left out.
void AddLetters(const std::string& text, std::set<char32_t>& letters) {
  for (std::size_t at = 0; at < text.size();) {
    FcChar32 letter = 0;
    const int bytes = FcUtf8ToUcs4(reinterpret_cast<const FcChar8*>(text.data() + at), &letter,
                                   static_cast<int>(text.size() - at));
    if (bytes <= 0) return;
    letters.insert(letter);
    at += static_cast<std::size_t>(bytes);
  }
}

// Where a font lies on this machine.
struct FontFile {
  std::string path;
  unsigned int index = 0;
};

core::Result<FontFile> FindFont(const char* family, int weight) {
  const Held<FcPattern> wanted(FcPatternCreate());
  FcPatternAddString(wanted.get(), FC_FAMILY, reinterpret_cast<const FcChar8*>(family));
  FcPatternAddInteger(wanted.get(), FC_WEIGHT, weight);
  FcPatternAddInteger(wanted.get(), FC_SLANT, FC_SLANT_ROMAN);
  FcPatternAddInteger(wanted.get(), FC_WIDTH, FC_WIDTH_NORMAL);
  FcDefaultSubstitute(wanted.get());
  FcResult result = FcResultMatch;
  const Held<FcPattern> found(FcFontMatch(nullptr, wanted.get(), &result));
  FcChar8* own_family = nullptr;
  FcChar8* path = nullptr;
  int index = 0;
  if (found == nullptr ||
      FcPatternGetString(found.get(), FC_FAMILY, 0, &own_family) != FcResultMatch ||
      std::string(reinterpret_cast<char*>(own_family)) != family ||
      FcPatternGetString(found.get(), FC_FILE, 0, &path) != FcResultMatch ||
      FcPatternGetInteger(found.get(), FC_INDEX, 0, &index) != FcResultMatch) {
    return Status(Code::kFailedPrecondition, "FONTS_MISSING",
                  std::string("the font ") + family +
                      " is not installed; install fonts-noto-core and fonts-noto-cjk");
  }
  return FontFile{reinterpret_cast<char*>(path), static_cast<unsigned int>(index)};
}

// The bytes of a font that has these letters alone.
core::Result<std::string> Cut(const FontFile& file, const std::set<char32_t>& letters) {
  const Held<hb_blob_t> blob(hb_blob_create_from_file(file.path.c_str()));
  const Held<hb_face_t> face(hb_face_create(blob.get(), file.index));
  const Held<hb_subset_input_t> input(hb_subset_input_create_or_fail());
  FG_CHECK(input != nullptr);
  for (const char32_t letter : letters) {
    hb_set_add(hb_subset_input_unicode_set(input.get()), letter);
  }
  hb_subset_input_set_flags(input.get(),
                            HB_SUBSET_FLAGS_DESUBROUTINIZE | HB_SUBSET_FLAGS_NO_HINTING);
  const Held<hb_face_t> cut(hb_subset_or_fail(face.get(), input.get()));
  if (cut == nullptr) {
    return Status(Code::kFailedPrecondition, "FONTS_MISSING", "cannot read " + file.path);
  }
  const Held<hb_blob_t> bytes(hb_face_reference_blob(cut.get()));
  unsigned int size = 0;
  const char* data = hb_blob_get_data(bytes.get(), &size);
  return std::string(data, size);
}

}  // namespace

std::set<char32_t> LettersOf(const Paper& paper) {
  std::set<char32_t> letters;
  for (char32_t letter = U' '; letter <= U'~'; ++letter) letters.insert(letter);
  AddLetters(RenderText(paper), letters);
  AddLetters(paper.page_of + paper.to_be_written, letters);
  for (const Block& block : paper.blocks) {
    const auto* table = std::get_if<Table>(&block);
    if (table == nullptr) continue;
    for (const std::string& column : table->columns) AddLetters(column, letters);
  }
  return letters;
}

core::Result<std::unique_ptr<FontSet>> FontSet::Make(const std::set<char32_t>& letters) {
  std::unique_ptr<FontSet> fonts(new FontSet);
  FG_RETURN_IF_ERROR(fonts->MakeFolder());
  fonts->config_ = FcConfigCreate();
  for (const char* family : {"Noto Sans", "Noto Sans CJK SC"}) {
    for (const int weight : {FC_WEIGHT_REGULAR, FC_WEIGHT_BOLD}) {
      FG_RETURN_IF_ERROR(fonts->Add(family, weight, letters));
    }
  }
  return fonts;
}

FontSet::~FontSet() {
  if (config_ != nullptr) FcConfigDestroy(config_);
  std::error_code ignored;
  if (!folder_.empty()) std::filesystem::remove_all(folder_, ignored);
}

Status FontSet::MakeFolder() {
  std::error_code error;
  // A new name each time: cairo keeps fonts by the name of their file.
  std::string pattern =
      (std::filesystem::temp_directory_path(error) / "facegate-fonts-XXXXXX").string();
  if (error || mkdtemp(pattern.data()) == nullptr) {
    return Status(Code::kUnavailable, "FONTS_UNWRITABLE",
                  "cannot make a folder in the temporary folder");
  }
  folder_ = pattern;
  return Status::Ok();
}

Status FontSet::Add(const char* family, int weight, const std::set<char32_t>& letters) {
  FG_ASSIGN_OR_RETURN(const FontFile file, FindFont(family, weight));
  FG_ASSIGN_OR_RETURN(const std::string font, Cut(file, letters));
  const std::string path = folder_ + "/" + std::to_string(files_++) + ".otf";
  std::ofstream out(path, std::ios::binary);
  out.write(font.data(), static_cast<std::streamsize>(font.size()));
  out.close();
  if (!out.good() ||
      !FcConfigAppFontAddFile(config_, reinterpret_cast<const FcChar8*>(path.c_str()))) {
    return Status(Code::kUnavailable, "FONTS_UNWRITABLE", "cannot write " + path);
  }
  return Status::Ok();
}

}  // namespace facegate::documents
