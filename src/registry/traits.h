// What the registry must know of each kind of resource, and what differs between them.
#pragma once

#include <array>
#include <optional>
#include <string>
#include <string_view>

#include "facegate/model/ids.h"
#include "facegate/model/resources.h"

namespace facegate::registry {

// kKind: the stored kind. kEvent: the log's event type. kChildren: the kinds that live below it.
template <class R>
struct Traits;

template <>
struct Traits<model::Operator> {
  static constexpr std::string_view kKind = "operator";
  static constexpr std::string_view kEvent = "registry.operator";
  static constexpr std::array<std::string_view, 2> kChildren = {"site", "purpose"};
  static model::OperatorId Log(const model::Operator& v) { return v.id; }
  static std::string Parent(const model::Operator&) { return ""; }
  static std::optional<model::SiteId> Site(const model::Operator&) { return std::nullopt; }
  static std::optional<model::PurposeId> Purpose(const model::Operator&) { return std::nullopt; }
};

template <>
struct Traits<model::Site> {
  static constexpr std::string_view kKind = "site";
  static constexpr std::string_view kEvent = "registry.site";
  static constexpr std::array<std::string_view, 2> kChildren = {"accessPoint", "camera"};
  static model::OperatorId Log(const model::Site& v) { return v.op; }
  static std::string Parent(const model::Site& v) { return model::OperatorName(v.op); }
  static std::optional<model::SiteId> Site(const model::Site& v) { return v.id; }
  static std::optional<model::PurposeId> Purpose(const model::Site&) { return std::nullopt; }
};

template <>
struct Traits<model::AccessPoint> {
  static constexpr std::string_view kKind = "accessPoint";
  static constexpr std::string_view kEvent = "registry.access_point";
  static constexpr std::array<std::string_view, 0> kChildren = {};
  static model::OperatorId Log(const model::AccessPoint& v) { return v.op; }
  static std::string Parent(const model::AccessPoint& v) { return model::SiteName(v.op, v.site); }
  static std::optional<model::SiteId> Site(const model::AccessPoint& v) { return v.site; }
  static std::optional<model::PurposeId> Purpose(const model::AccessPoint&) { return std::nullopt; }
};

template <>
struct Traits<model::Camera> {
  static constexpr std::string_view kKind = "camera";
  static constexpr std::string_view kEvent = "registry.camera";
  static constexpr std::array<std::string_view, 0> kChildren = {};
  static model::OperatorId Log(const model::Camera& v) { return v.op; }
  static std::string Parent(const model::Camera& v) { return model::SiteName(v.op, v.site); }
  static std::optional<model::SiteId> Site(const model::Camera& v) { return v.site; }
  static std::optional<model::PurposeId> Purpose(const model::Camera&) { return std::nullopt; }
};

template <>
struct Traits<model::Purpose> {
  static constexpr std::string_view kKind = "purpose";
  static constexpr std::string_view kEvent = "registry.purpose";
  static constexpr std::array<std::string_view, 1> kChildren = {"notice"};
  static model::OperatorId Log(const model::Purpose& v) { return v.op; }
  static std::string Parent(const model::Purpose& v) { return model::OperatorName(v.op); }
  static std::optional<model::SiteId> Site(const model::Purpose&) { return std::nullopt; }
  static std::optional<model::PurposeId> Purpose(const model::Purpose& v) { return v.id; }
};

template <>
struct Traits<model::Notice> {
  static constexpr std::string_view kKind = "notice";
  static constexpr std::string_view kEvent = "registry.notice";
  static constexpr std::array<std::string_view, 0> kChildren = {};
  static model::OperatorId Log(const model::Notice& v) { return v.op; }
  static std::string Parent(const model::Notice& v) { return model::PurposeName(v.op, v.purpose); }
  static std::optional<model::SiteId> Site(const model::Notice&) { return std::nullopt; }
  static std::optional<model::PurposeId> Purpose(const model::Notice& v) { return v.purpose; }
};

}  // namespace facegate::registry
