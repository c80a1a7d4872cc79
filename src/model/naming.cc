// Names of resources, read off the form in Kind<R>::kName.
#include <cstddef>
#include <string>
#include <vector>

#include "facegate/model/fields.h"
#include "facegate/model/resources.h"

namespace facegate::model {
namespace {

// The parts of a name or of its form: collection, id, collection, id ...
std::vector<std::string_view> Parts(std::string_view name) {
  std::vector<std::string_view> parts;
  for (;;) {
    const std::size_t slash = name.find('/');
    parts.push_back(name.substr(0, slash));
    if (slash == std::string_view::npos) return parts;
    name.remove_prefix(slash + 1);
  }
}

struct ReadKeys {
  template <class Id>
  void Key(std::string_view, const Id& id) {
    ids.push_back(id.str());
  }
  std::vector<std::string> ids;
};

struct WriteKeys {
  // Requires: `ids` are as many as there are keys, and valid.
  template <class Id>
  void Key(std::string_view, Id& id) {
    id = Id(ids[next++]);
  }
  std::vector<std::string_view> ids;
  std::size_t next = 0;
};

// Fills the first `count` parts of the form of a name.
template <class R>
std::string Fill(const R& resource, bool parent) {
  ReadKeys keys;
  Kind<R>::Keys(keys, resource);
  const std::vector<std::string_view> form = Parts(Kind<R>::kName);
  std::string name;
  for (std::size_t i = 0; i < form.size() - (parent ? 2 : 0); ++i) {
    if (i > 0) name += '/';
    name += i % 2 == 0 ? form[i] : std::string_view(keys.ids[i / 2]);
  }
  return name;
}

// The ids of a name whose form has `count` parts of `form`; nothing where it has another.
std::vector<std::string_view> IdsOf(std::string_view name, std::string_view form_text,
                                    std::size_t parts_less) {
  const std::vector<std::string_view> form = Parts(form_text);
  const std::vector<std::string_view> parts = Parts(name);
  if (parts.size() != form.size() - parts_less) return {};
  std::vector<std::string_view> ids;
  for (std::size_t i = 0; i < parts.size(); ++i) {
    if (i % 2 == 0 && parts[i] != form[i]) return {};
    if (i % 2 == 1 && !IsValidId(parts[i])) return {};
    if (i % 2 == 1) ids.push_back(parts[i]);
  }
  return ids;
}

// "access_point" and "accessPoint" as "AccessPoint".
std::string Pascal(std::string_view word) {
  std::string pascal;
  bool raise = true;
  for (const char c : word) {
    if (c != '_') pascal += raise && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    raise = c == '_';
  }
  return pascal;
}

core::Status BadName(std::string_view form) {
  return core::Status(core::Code::kInvalidArgument, "BAD_NAME",
                      "expected a resource name of the form " + std::string(form));
}

}  // namespace

Spelling SpellingOf(std::string_view form) {
  const std::vector<std::string_view> parts = Parts(form);
  Spelling spelling;
  spelling.form = form;
  for (std::size_t i = 0; i + 2 < parts.size(); ++i) {
    spelling.parent_form += (i == 0 ? "" : "/") + std::string(parts[i]);
  }
  spelling.collection = parts[parts.size() - 2];
  spelling.plural = Pascal(spelling.collection);
  spelling.member = parts.back().substr(1, parts.back().size() - 2);
  spelling.noun = Pascal(spelling.member);
  return spelling;
}

std::string CamelOf(std::string_view member) {
  std::string camel;
  for (std::size_t i = 0; i < member.size(); ++i) {
    const bool raise = member[i] == '_' && i + 1 < member.size();
    if (!raise) {
      camel += member[i];
      continue;
    }
    const char next = member[++i];
    camel += next >= 'a' && next <= 'z' ? static_cast<char>(next - 'a' + 'A') : next;
  }
  return camel;
}

template <class R>
std::string NameOf(const R& resource) {
  return Fill(resource, /*parent=*/false);
}

template <class R>
std::string ParentOf(const R& resource) {
  return Fill(resource, /*parent=*/true);
}

template <class R>
core::Result<R> ParseNameOf(std::string_view name) {
  WriteKeys keys{IdsOf(name, Kind<R>::kName, 0)};
  if (keys.ids.empty()) return BadName(Kind<R>::kName);
  R resource;
  Kind<R>::Keys(keys, resource);
  return resource;
}

template <class R>
core::Status CheckParentName(std::string_view name) {
  constexpr std::string_view kForm = Kind<R>::kName;
  const std::string_view parent = kForm.substr(0, kForm.rfind('/', kForm.rfind('/') - 1));
  return IdsOf(name, kForm, 2).empty() ? BadName(parent) : core::Status::Ok();
}

#define FG_INSTANTIATE(R)                                    \
  template std::string NameOf<R>(const R&);                  \
  template std::string ParentOf<R>(const R&);                \
  template core::Result<R> ParseNameOf<R>(std::string_view); \
  template core::Status CheckParentName<R>(std::string_view);
FG_EACH_KIND(FG_INSTANTIATE)
#undef FG_INSTANTIATE

}  // namespace facegate::model
