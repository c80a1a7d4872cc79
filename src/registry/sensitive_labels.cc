#include "registry/sensitive_labels.h"

#include <algorithm>
#include <array>
#include <string>

namespace facegate::registry {
namespace {

// Whole words or phrases, lower case, single spaces.
constexpr std::array<std::string_view, 41> kEnglish = {
    "race",         "races",         "racial",       "ethnic",           "ethnicity",
    "ethnicities",  "religion",      "religions",    "religious",        "creed",
    "faith",        "caste",         "social class", "social classes",   "health",
    "disease",      "diseases",      "diagnosis",    "disability",       "disabilities",
    "disabled",     "pregnancy",     "pregnant",     "political",        "politics",
    "union member", "union members", "trade union",  "union membership", "sexual",
    "sexuality",    "sex life",      "emotion",      "emotions",         "emotional",
    "mood",         "skin colour",   "skin color",   "nationality",      "hiv",
    "illness"};

// Chinese is written without spaces: any occurrence counts. Simplified, then traditional where it
// differs.
constexpr std::array<std::string_view, 25> kChinese = {
    "种族", "民族", "族裔", "人种",     "宗教",     "信仰",     "健康",   "疾病",     "病史",
    "残疾", "怀孕", "种姓", "社会阶层", "政治面貌", "政治观点", "性取向", "工会会员", "情绪",
    "肤色", "種族", "人種", "殘疾",     "懷孕",     "社會階層", "情緒"};

// ASCII letters and digits in lower case; every run of anything else becomes one space. Ids such as
// "health-check" thus fall into words, and a space at each end lets a phrase match whole words
// only.
std::string ToWords(std::string_view text) {
  std::string words = " ";
  for (const char c : text) {
    const bool upper = c >= 'A' && c <= 'Z';
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9');
    if (upper || plain) {
      words.push_back(upper ? static_cast<char>(c - 'A' + 'a') : c);
    } else if (words.back() != ' ') {
      words.push_back(' ');
    }
  }
  if (words.back() != ' ') words.push_back(' ');
  return words;
}

}  // namespace

bool HasSensitiveLabel(std::string_view text) {
  const std::string words = ToWords(text);
  const auto in_words = [&words](std::string_view phrase) {
    std::string whole = " ";
    whole.append(phrase).push_back(' ');
    return words.find(whole) != std::string::npos;
  };
  const auto in_text = [text](std::string_view phrase) {
    return text.find(phrase) != std::string_view::npos;
  };
  return std::any_of(kEnglish.begin(), kEnglish.end(), in_words) ||
         std::any_of(kChinese.begin(), kChinese.end(), in_text);
}

}  // namespace facegate::registry
