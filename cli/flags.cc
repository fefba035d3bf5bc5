#include "cli/flags.h"

#include <algorithm>

#include "absl/algorithm/container.h"
#include "absl/status/status.h"
#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_split.h"
#include "absl/strings/strip.h"
#include "colocation/diagnostics/nearest_name.h"

namespace colocation::cli {
namespace {

constexpr size_t kHelpColumn = 8;
constexpr size_t kHelpWidth = 80;

// The values that a flag is limited to; none where any text will do.
std::vector<absl::string_view> ChoicesOf(const Flag& flag) {
  if (!absl::StrContains(flag.value, '|')) return {};
  return absl::StrSplit(flag.value, '|');
}

absl::Status CheckValue(const Flag& flag, absl::string_view value) {
  const std::vector<absl::string_view> choices = ChoicesOf(flag);
  if (flag.value.empty()) {
    if (value == "true" || value == "false") return absl::OkStatus();
    return absl::InvalidArgumentError(
        absl::StrCat("--", flag.name, " is a switch, it takes no value"));
  }
  if (choices.empty() || absl::c_linear_search(choices, value)) {
    return absl::OkStatus();
  }
  const std::string hint = DidYouMean(value, choices);
  return absl::InvalidArgumentError(absl::StrCat(
      "--", flag.name, "=", value, ": the value must be one of ",
      absl::StrJoin(choices, ", "), hint.empty() ? "" : "; ", hint));
}

const Flag* FindName(absl::Span<const Flag> table, absl::string_view name) {
  const auto found = absl::c_find_if(
      table, [&](const Flag& flag) { return flag.name == name; });
  return found == table.end() ? nullptr : &*found;
}

const Flag* FindLetter(absl::Span<const Flag> table, char letter) {
  const auto found = absl::c_find_if(
      table, [&](const Flag& flag) { return flag.letter == letter; });
  return found == table.end() ? nullptr : &*found;
}

absl::Status Unknown(absl::Span<const Flag> table, absl::string_view argument) {
  const absl::string_view given = argument.substr(0, argument.find('='));
  std::vector<std::string> names;
  for (const Flag& flag : table) names.push_back(absl::StrCat("--", flag.name));
  const std::string hint = DidYouMean(
      given, std::vector<absl::string_view>(names.begin(), names.end()));
  return absl::InvalidArgumentError(
      absl::StrCat("there is no flag ", given, hint.empty() ? "" : "; ", hint));
}

}  // namespace

bool ParsedArguments::Has(absl::string_view name) const {
  return Get(name, "false") != "false";
}

std::string ParsedArguments::Get(absl::string_view name,
                                 absl::string_view otherwise) const {
  for (auto flag = flags.rbegin(); flag != flags.rend(); ++flag) {
    if (flag->first == name) return flag->second;
  }
  return std::string(otherwise);
}

std::vector<std::string> ParsedArguments::All(absl::string_view name) const {
  std::vector<std::string> all;
  for (const auto& [flag, value] : flags) {
    if (flag == name) all.push_back(value);
  }
  return all;
}

absl::StatusOr<ParsedArguments> ParseArguments(
    absl::Span<const Flag> table, absl::Span<const std::string> arguments) {
  ParsedArguments parsed;
  for (size_t i = 0; i < arguments.size(); ++i) {
    const absl::string_view argument = arguments[i];
    if (argument == "--") {
      parsed.operands.insert(parsed.operands.end(), arguments.begin() + i + 1,
                             arguments.end());
      break;
    }
    if (!absl::StartsWith(argument, "-") || argument == "-") {
      parsed.operands.emplace_back(argument);
      continue;
    }
    const Flag* flag = nullptr;
    absl::string_view value;
    bool has_value = false;
    if (absl::string_view name = argument; absl::ConsumePrefix(&name, "--")) {
      const size_t equals = name.find('=');
      has_value = equals != absl::string_view::npos;
      if (has_value) value = name.substr(equals + 1);
      flag = FindName(table, name.substr(0, equals));
    } else {
      flag = FindLetter(table, argument[1]);
      value = argument.substr(2);
      absl::ConsumePrefix(&value, "=");
      has_value = argument.size() > 2;
    }
    if (flag == nullptr) return Unknown(table, argument);
    if (!has_value && flag->value.empty()) {
      value = "true";
    } else if (!has_value) {
      if (i + 1 == arguments.size()) {
        return absl::InvalidArgumentError(
            absl::StrCat("--", flag->name, " needs a value: --", flag->name,
                         " ", flag->value));
      }
      value = arguments[++i];
    }
    if (absl::Status status = CheckValue(*flag, value); !status.ok()) {
      return status;
    }
    parsed.flags.emplace_back(flag->name, std::string(value));
  }
  return parsed;
}

std::vector<Flag> FlagsOf(absl::Span<const Flag> table,
                          absl::string_view command) {
  std::vector<Flag> flags;
  absl::c_copy_if(table, std::back_inserter(flags), [&](const Flag& flag) {
    return flag.commands.empty() ||
           absl::StrContains(flag.commands, absl::StrCat(" ", command, " "));
  });
  return flags;
}

std::string FlagsHelp(absl::Span<const Flag> table) {
  std::string text;
  for (const Flag& flag : table) {
    text.append(flag.letter != 0
                    ? absl::StrCat("  -", std::string(1, flag.letter), ", ")
                    : "      ");
    absl::StrAppend(&text, "--", flag.name, flag.value.empty() ? "" : " ",
                    flag.value, "\n");
    std::string line;
    const auto flush = [&] {
      if (!line.empty()) {
        absl::StrAppend(&text, std::string(kHelpColumn, ' '), line, "\n");
      }
      line.clear();
    };
    for (absl::string_view word : absl::StrSplit(flag.help, ' ')) {
      if (kHelpColumn + line.size() + 1 + word.size() > kHelpWidth) flush();
      absl::StrAppend(&line, line.empty() ? "" : " ", word);
    }
    flush();
  }
  return text;
}

}  // namespace colocation::cli
