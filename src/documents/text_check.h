// What a text in a model may be.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace facegate::documents {

constexpr std::size_t kTextBytesMax = 20'000;
constexpr std::size_t kUrlBytesMax = 300;
constexpr std::size_t kListEntriesMax = 10'000;

// Nothing, or what is wrong: not UTF-8, only space, too long, or with characters that do not show
// or that turn the direction of writing, and so could make a document read otherwise than it is.
std::string MistakeIn(std::string_view text);

// Likewise for a web address, written in ASCII.
std::string MistakeInUrl(std::string_view url);

}  // namespace facegate::documents
