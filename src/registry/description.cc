#include "facegate/registry/description.h"

#include <algorithm>
#include <filesystem>
#include <set>
#include <tuple>
#include <utility>

#include "facegate/core/bytes.h"
#include "facegate/core/text.h"
#include "facegate/crypto/primitives.h"
#include "facegate/model/api_json.h"
#include "facegate/model/compliance.h"
#include "facegate/rules/document.h"
#include "registry/lifecycle.h"
#include "registry/node_reader.h"
#include "registry/validation.h"

namespace facegate::registry {
namespace {

using core::Code;
using core::Json;
using core::Result;
using core::Status;

constexpr std::string_view kBad = "BAD_DESCRIPTION";
constexpr std::size_t kHashInIdBytes = 8;
// Whether something has happened already is for the register to say.
constexpr core::Timestamp kAnyTime{253'000'000'000'000};

// A resource of the document.
struct Item {
  std::size_t kind = 0;  // index in model::RegistryKinds
  const rules::Node* node = nullptr;
  std::string parent;  // name; empty for the operator
  std::string id;      // empty: made from the content
};

// "deviceAssessments" as "device_assessments": the member that holds a collection.
std::string Snake(std::string_view camel) {
  std::string snake;
  for (const char c : camel) {
    const bool upper = c >= 'A' && c <= 'Z';
    if (upper) snake += '_';
    snake += upper ? static_cast<char>(c - 'A' + 'a') : c;
  }
  return snake;
}

// What the planning of one item needs.
struct Planning {
  const rules::Document& document;
  const Registered& registered;
  std::map<std::string, int> purpose_versions = {};  // as they will be, by name
  std::set<std::string> names = {};                  // of what the document has
  std::vector<Step> steps = {};

  Status Conflict(const rules::Node& node, std::string_view message) const {
    const Status error = document.Error(node.position(), message);
    return Status(Code::kFailedPrecondition, "PLAN_CONFLICT", error.message());
  }
};

std::string PlaceOf(const rules::Document& document, const rules::Node& node) {
  return document.name() + ":" + std::to_string(node.position().line) + ":" +
         std::to_string(node.position().column);
}

std::vector<Difference> Differences(const Json& from, const Json& to) {
  std::vector<Difference> differences;
  for (const auto& [field, value] : to.AsObject()) {
    const Json* before = from.Find(field);
    if (before == nullptr || *before != value) {
      differences.push_back({field, before == nullptr ? Json() : *before, value});
    }
  }
  for (const auto& [field, value] : from.AsObject()) {
    if (to.Find(field) == nullptr) differences.push_back({field, value, Json()});
  }
  return differences;
}

// Reads a document's item over `resource`.
template <class R>
Status Overlay(const Planning& planning, const Item& item, bool is_new, R& resource) {
  const rules::Document& document = planning.document;
  NodeReader reader(document, *item.node, is_new);
  model::Fields<R>::Visit(reader, resource);
  FG_RETURN_IF_ERROR(reader.status());
  if constexpr (std::is_same_v<R, model::Notice>) {
    if (const rules::Node* file = item.node->Find("text_file")) {
      FG_ASSIGN_OR_RETURN(const std::string path, document.String(*file));
      const std::filesystem::path folder = std::filesystem::path(document.name()).parent_path();
      const Result<std::string> text = rules::ReadTextFile((folder / path).string(), kBad);
      if (!text.ok()) return document.Error(file->position(), text.status().message());
      resource.text = *text;
    }
  }
  const Status valid = Validate(resource);
  if (valid.ok()) return Status::Ok();
  return document.Error(item.node->position(), valid.reason() + ": " + valid.message());
}

// What a new resource of the item starts from.
template <class R>
Result<R> Fresh(const Planning& planning, const Item& item, const std::string& id) {
  std::string name = item.parent;
  const model::Spelling spelling = model::SpellingOf(model::Kind<R>::kName);
  name += (name.empty() ? "" : "/") + spelling.collection + "/" + id;
  const Result<R> parsed = model::ParseNameOf<R>(name);
  if (!parsed.ok()) {
    return planning.document.Error(item.node->position(),
                                   "an id is 1 to 63 of a-z 0-9 - _ and starts with a letter or "
                                   "digit");
  }
  R resource = *parsed;
  if constexpr (std::is_same_v<R, model::Notice> || std::is_same_v<R, model::Assessment>) {
    resource.purpose_version = planning.purpose_versions.at(item.parent);
  }
  return resource;
}

// The id of an item that has none: another text, language or version is another notice.
Result<std::string> MakeId(const Planning& planning, const Item& item) {
  FG_ASSIGN_OR_RETURN(model::Notice notice, Fresh<model::Notice>(planning, item, "new"));
  FG_RETURN_IF_ERROR(Overlay(planning, item, /*is_new=*/true, notice));
  const std::string hash = core::HexEncode(crypto::Sha256(core::AsBytes(notice.text)));
  return core::AsciiLower(notice.language) + "-v" + std::to_string(notice.purpose_version) + "-" +
         hash.substr(0, kHashInIdBytes);
}

// A filing goes its way status by status.
Status AddFilingSteps(Planning& planning, const Item& item, const model::Filing* current,
                      model::Filing wanted, Step step) {
  using enum model::FilingStatus;
  const model::FilingStatus goal = wanted.status;
  const model::FilingStatus start = current != nullptr ? current->status
                                    : goal == kNone    ? kNone
                                                       : kDraft;
  std::vector<model::FilingStatus> path = model::PathBetween(start, goal);
  if (path.empty() && start != goal) {
    return planning.Conflict(*item.node, "a filing does not go from " +
                                             std::string(model::Word(start)) + " to " +
                                             std::string(model::Word(goal)));
  }
  if (current == nullptr) path.insert(path.begin(), start);
  if (path.empty()) path.push_back(goal);
  model::Filing before = current != nullptr ? *current : wanted;
  for (const model::FilingStatus status : path) {
    wanted.status = status;
    step.body = model::ToApiJson(wanted);
    step.differences = step.action == Step::Action::kCreate
                           ? std::vector<Difference>()
                           : Differences(model::ToApiJson(before), step.body);
    if (step.action == Step::Action::kUpdate && step.differences.empty()) {
      step.action = Step::Action::kUnchanged;
    }
    planning.steps.push_back(step);
    before = wanted;
    step.action = Step::Action::kUpdate;
    step.etag.clear();  // the revision is then the one that the step before made
  }
  return Status::Ok();
}

// What the registry would say to the change.
template <class R>
Status CheckChange(const Planning& planning, const Item& item, const R& current, R wanted) {
  const Status allowed = Lifecycle<R>::Advance(current, wanted, kAnyTime);
  if (!allowed.ok()) {
    return planning.Conflict(*item.node, allowed.reason() + ": " + allowed.message());
  }
  if constexpr (std::is_same_v<R, model::Notice>) {
    if (wanted.purpose_version != planning.purpose_versions.at(item.parent)) {
      return planning.Conflict(*item.node,
                               "the purpose moved on: give the notice another id, or none");
    }
  }
  return Status::Ok();
}

template <class R>
Status PlanItem(Planning& planning, const Item& item) {
  std::string id = item.id;
  if constexpr (std::is_same_v<R, model::Notice>) {
    if (id.empty()) {
      FG_ASSIGN_OR_RETURN(id, MakeId(planning, item));
    }
  }
  FG_ASSIGN_OR_RETURN(R wanted, Fresh<R>(planning, item, id));
  Step step;
  step.name = model::NameOf(wanted);
  step.spelling = model::SpellingOf(model::Kind<R>::kName);
  step.where = PlaceOf(planning.document, *item.node);
  if (!planning.names.insert(step.name).second) {
    return planning.document.Error(item.node->position(), step.name + " is there twice");
  }
  const auto found = planning.registered.find(step.name);
  std::optional<R> current;
  if (found != planning.registered.end()) {
    FG_ASSIGN_OR_RETURN(current, model::FromApiJson<R>(found->second));
    wanted = *current;
    step.etag = found->second.StringOr("etag", "");
  }
  FG_RETURN_IF_ERROR(Overlay(planning, item, !current.has_value(), wanted));
  if constexpr (std::is_same_v<R, model::Purpose>) {
    const bool moves = current && model::TellsOtherwise(*current, wanted);
    planning.purpose_versions[step.name] = (current ? current->version : 1) + (moves ? 1 : 0);
  }
  step.action = current ? Step::Action::kUpdate : Step::Action::kCreate;
  if constexpr (std::is_same_v<R, model::Filing>) {
    return AddFilingSteps(planning, item, current ? &*current : nullptr, wanted, std::move(step));
  }
  step.body = model::ToApiJson(wanted);
  if (current) {
    FG_RETURN_IF_ERROR(CheckChange(planning, item, *current, wanted));
    step.differences = Differences(model::ToApiJson(*current), step.body);
    if (step.differences.empty()) step.action = Step::Action::kUnchanged;
  }
  planning.steps.push_back(std::move(step));
  return Status::Ok();
}

// What the functions above are for one kind.
struct KindFunctions {
  model::Spelling spelling;
  std::vector<std::string_view> members;
  Status (*plan)(Planning&, const Item&);
  bool (*is_name)(std::string_view);
};

std::vector<KindFunctions> MakeKindFunctions() {
  std::vector<KindFunctions> kinds;
  const auto add = [&]<class R>(const R& resource) {
    kinds.push_back({model::SpellingOf(model::Kind<R>::kName), MembersOf(resource), &PlanItem<R>,
                     [](std::string_view name) { return model::ParseNameOf<R>(name).ok(); }});
  };
  std::apply([&](const auto&... each) { (add(each), ...); }, model::RegistryKinds{});
  return kinds;
}

// Collects the items of a document, each with those below it.
class Collector {
 public:
  Collector(const rules::Document& document, const std::vector<KindFunctions>& kinds)
      : document_(document), kinds_(kinds) {}

  Status Take(std::size_t kind, const rules::Node& node, const std::string& parent) {
    const model::Spelling& spelling = kinds_[kind].spelling;
    const bool is_notice = spelling.noun == "Notice";
    std::vector<std::string> below;
    std::vector<std::string_view> known = kinds_[kind].members;
    known.push_back("id");
    if (is_notice) known.push_back("text_file");
    for (const KindFunctions& each : kinds_) below.push_back(Snake(each.spelling.collection));
    for (std::size_t i = 0; i < kinds_.size(); ++i) {
      if (kinds_[i].spelling.parent_form == spelling.form) known.push_back(below[i]);
    }
    FG_RETURN_IF_ERROR(document_.CheckKeys(node, known));
    Item item{kind, &node, parent, ""};
    if (const rules::Node* id = node.Find("id"); id != nullptr || !is_notice) {
      FG_ASSIGN_OR_RETURN(id, document_.Require(node, "id"));
      FG_ASSIGN_OR_RETURN(item.id, document_.String(*id));
    }
    items_.push_back(item);
    const std::string name =
        parent + (parent.empty() ? "" : "/") + spelling.collection + "/" + item.id;
    for (std::size_t i = 0; i < kinds_.size(); ++i) {
      const rules::Node* list = node.Find(below[i]);
      if (list == nullptr || kinds_[i].spelling.parent_form != spelling.form) continue;
      if (!list->is_list()) {
        return document_.Error(list->position(), "expected a list of " + below[i]);
      }
      for (const rules::Node& each : list->items()) FG_RETURN_IF_ERROR(Take(i, each, name));
    }
    return Status::Ok();
  }

  std::vector<Item> items() && { return std::move(items_); }

 private:
  const rules::Document& document_;
  const std::vector<KindFunctions>& kinds_;
  std::vector<Item> items_;
};

}  // namespace

Result<std::size_t> ReadWord(const rules::Document& document, const rules::Node& node,
                             const std::vector<std::string_view>& words) {
  const auto found = std::find(words.begin(), words.end(), core::AsciiUpper(node.text()));
  if (node.is_scalar() && found != words.end()) {
    return static_cast<std::size_t>(found - words.begin());
  }
  return document.OneOf(node, words);
}

std::vector<model::Spelling> DescribedKinds() {
  std::vector<model::Spelling> spellings;
  for (const KindFunctions& kind : MakeKindFunctions()) spellings.push_back(kind.spelling);
  return spellings;
}

struct Description::Impl {
  rules::Document document;
  std::vector<KindFunctions> kinds;
  std::vector<Item> items;  // their nodes are the document's
  std::string operator_name;
};

Description::Description(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Description::Description(Description&&) noexcept = default;
Description& Description::operator=(Description&&) noexcept = default;
Description::~Description() = default;

const std::string& Description::operator_name() const { return impl_->operator_name; }

Result<Description> Description::Load(const std::string& path) {
  FG_ASSIGN_OR_RETURN(const std::string text, rules::ReadTextFile(path, kBad));
  return Parse(path, text);
}

Result<Description> Description::Parse(const std::string& name, std::string_view yaml) {
  FG_ASSIGN_OR_RETURN(rules::Document document, rules::Document::Parse(name, yaml, kBad));
  auto impl = std::make_unique<Impl>(Impl{std::move(document), MakeKindFunctions(), {}, ""});
  FG_RETURN_IF_ERROR(impl->document.CheckKeys(impl->document.root(), {"operator"}));
  FG_ASSIGN_OR_RETURN(const rules::Node* root,
                      impl->document.Require(impl->document.root(), "operator"));
  Collector collector(impl->document, impl->kinds);
  FG_RETURN_IF_ERROR(collector.Take(0, *root, ""));
  impl->items = std::move(collector).items();
  impl->operator_name = "operators/" + impl->items.front().id;
  // Parents stand before their children in the order of kinds, and what is referred to before what
  // refers to it.
  std::stable_sort(impl->items.begin(), impl->items.end(),
                   [](const Item& a, const Item& b) { return a.kind < b.kind; });
  Description description(std::move(impl));
  // Against nothing, every field is read and checked.
  FG_RETURN_IF_ERROR(description.Plan({}, /*prune=*/false).status());
  return description;
}

Result<std::vector<Step>> Description::Plan(const Registered& registered, bool prune) const {
  Planning planning{impl_->document, registered};
  for (const Item& item : impl_->items) {
    FG_RETURN_IF_ERROR(impl_->kinds[item.kind].plan(planning, item));
  }
  if (!prune) return std::move(planning.steps);
  for (auto kind = impl_->kinds.rbegin(); kind != impl_->kinds.rend(); ++kind) {
    for (const auto& [name, json] : registered) {
      if (!kind->is_name(name) || planning.names.contains(name)) continue;
      Step step;
      step.action = Step::Action::kDelete;
      step.name = name;
      step.spelling = kind->spelling;
      planning.steps.push_back(std::move(step));
    }
  }
  return std::move(planning.steps);
}

}  // namespace facegate::registry
