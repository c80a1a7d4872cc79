// The words of the pack files, in the order of their enums.
#pragma once

#include <array>
#include <string_view>

namespace facegate::rules {

inline constexpr std::array<std::string_view, 4> kAtDeadlineWords = {"nothing", "enroll",
                                                                     "everything", "destroy"};
inline constexpr std::array<std::string_view, 5> kPhaseWords = {"selection", "deploy", "request",
                                                                "scheduled", "doc"};
inline constexpr std::array<std::string_view, 4> kEffectWords = {"deny", "require", "warn",
                                                                 "report"};
inline constexpr std::array<std::string_view, 2> kSeverityWords = {"block_until_met", "escalating"};
inline constexpr std::array<std::string_view, 4> kConfidenceWords = {"verified", "corroborated",
                                                                     "recall", "product_policy"};
inline constexpr std::array<std::string_view, 3> kCheckableWords = {"full", "partial", "none"};
inline constexpr std::array<std::string_view, 2> kProfileWords = {"strict", "seed_literal"};
inline constexpr std::array<std::string_view, 4> kPackStatusWords = {"draft", "in_force",
                                                                     "guidance", "superseded"};
inline constexpr std::array<std::string_view, 2> kPackKindWords = {"law", "operator"};

}  // namespace facegate::rules
