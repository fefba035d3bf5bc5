#include "cli/completion.h"

#include <vector>

#include "absl/strings/match.h"
#include "absl/strings/str_cat.h"
#include "absl/strings/str_join.h"
#include "absl/strings/str_replace.h"
#include "absl/strings/str_split.h"
#include "cli/flags.h"
#include "cli/help.h"

namespace colocation::cli {
namespace {

// The values that a flag is limited to, between blanks.
std::string Choices(absl::string_view value) {
  return absl::StrContains(value, '|')
             ? absl::StrReplaceAll(value, {{"|", " "}})
             : "";
}

// Up to the end of the first sentence, or of what comes before a list.
std::string FirstSentence(absl::string_view help) {
  return std::string(help.substr(0, help.find_first_of(".;:")));
}

// `text` as one word of a shell.
std::string Quoted(absl::string_view text) {
  return absl::StrCat("'", absl::StrReplaceAll(text, {{"'", "'\\''"}}), "'");
}

// fish reads quotes in quotes in its own way.
std::string FishQuoted(absl::string_view text) {
  return absl::StrCat(
      "'", absl::StrReplaceAll(text, {{"\\", "\\\\"}, {"'", "\\'"}}), "'");
}

// "--name" and "-n" of each.
std::string FlagWords(absl::string_view command) {
  std::vector<std::string> words;
  for (const Flag& flag : FlagsOf(Flags(), command)) {
    words.push_back(absl::StrCat("--", flag.name));
    if (flag.letter != 0) {
      words.push_back(absl::StrCat("-", std::string(1, flag.letter)));
    }
  }
  return absl::StrJoin(words, " ");
}

std::string CommandWords() {
  std::vector<absl::string_view> names;
  for (const Command& command : Commands()) names.push_back(command.name);
  return absl::StrJoin(names, " ");
}

std::string Bash() {
  std::string text = absl::StrCat(
      "# bash completion for colocate: source it, or put it into\n"
      "# /usr/share/bash-completion/completions/colocate.\n"
      "_colocate() {\n"
      "  local current=${COMP_WORDS[COMP_CWORD]} command= word i\n"
      "  local previous=${COMP_WORDS[COMP_CWORD-1]}\n"
      "  # bash takes \"--flag=value\" for three words.\n"
      "  if [[ $current == = ]]; then\n"
      "    current=\n"
      "  elif [[ $previous == = ]]; then\n"
      "    previous=${COMP_WORDS[COMP_CWORD-2]}\n"
      "  fi\n"
      "  for ((i = 1; i < COMP_CWORD; ++i)); do\n"
      "    word=${COMP_WORDS[i]}\n"
      "    [[ $word == -* ]] || { command=$word; break; }\n"
      "  done\n"
      "  COMPREPLY=()\n"
      "  if [[ -z $command ]]; then\n"
      "    COMPREPLY=($(compgen -W ",
      Quoted(CommandWords()),
      " -- \"$current\"))\n"
      "    return\n"
      "  fi\n"
      "  case \"$command $previous\" in\n");
  for (const Command& command : Commands()) {
    for (const Flag& flag : FlagsOf(Flags(), command.name)) {
      const std::string choices = Choices(flag.value);
      if (choices.empty()) continue;
      std::string pattern =
          absl::StrCat("\"", command.name, " --", flag.name, "\"");
      if (flag.letter != 0) {
        absl::StrAppend(&pattern, " | \"", command.name, " -",
                        std::string(1, flag.letter), "\"");
      }
      absl::StrAppend(&text, "    ", pattern,
                      ")\n      COMPREPLY=($(compgen -W ", Quoted(choices),
                      " -- \"$current\"))\n      return ;;\n");
    }
    const std::string choices = Choices(command.operands);
    if (!choices.empty() && !absl::StrContains(command.operands, "FILE")) {
      absl::StrAppend(&text, "    \"", command.name, " ", command.name,
                      "\")\n      COMPREPLY=($(compgen -W ", Quoted(choices),
                      " -- \"$current\"))\n      return ;;\n");
    }
  }
  absl::StrAppend(&text, "    \"help help\")\n      COMPREPLY=($(compgen -W ",
                  Quoted(CommandWords()),
                  " -- \"$current\"))\n      return ;;\n"
                  "  esac\n"
                  "  if [[ $current == -* ]]; then\n"
                  "    case $command in\n");
  for (const Command& command : Commands()) {
    absl::StrAppend(&text, "      ", command.name, ") COMPREPLY=($(compgen -W ",
                    Quoted(FlagWords(command.name)), " -- \"$current\")) ;;\n");
  }
  absl::StrAppend(&text,
                  "    esac\n"
                  "    return\n"
                  "  fi\n"
                  "  compopt -o filenames 2>/dev/null\n"
                  "  COMPREPLY=($(compgen -f -- \"$current\"))\n"
                  "}\n"
                  "complete -F _colocate colocate\n");
  return text;
}

// A description in a specification of zsh's _arguments.
std::string ZshText(absl::string_view text) {
  return absl::StrReplaceAll(
      text, {{"[", "\\["}, {"]", "\\]"}, {":", "\\:"}, {"'", "'\\''"}});
}

std::string Zsh() {
  std::string text =
      "#compdef colocate\n"
      "# zsh completion for colocate: put it into a folder of $fpath, as "
      "_colocate.\n"
      "_colocate() {\n"
      "  local context state state_descr line\n"
      "  typeset -A opt_args\n"
      "  local -a commands\n"
      "  commands=(\n";
  for (const Command& command : Commands()) {
    absl::StrAppend(&text, "    '", command.name, ":", ZshText(command.summary),
                    "'\n");
  }
  absl::StrAppend(&text,
                  "  )\n"
                  "  _arguments -C '1:command:->command' '*::argument:->rest'\n"
                  "  case $state in\n"
                  "    command) _describe command commands ;;\n"
                  "    rest)\n"
                  "      case $words[1] in\n");
  for (const Command& command : Commands()) {
    absl::StrAppend(&text, "        ", command.name, ")\n          _arguments");
    for (const Flag& flag : FlagsOf(Flags(), command.name)) {
      const std::string choices = Choices(flag.value);
      const std::string description =
          absl::StrCat("[", ZshText(FirstSentence(flag.help)), "]");
      const std::string value =
          flag.value.empty() ? ""
          : choices.empty()
              ? absl::StrCat(
                    ":", ZshText(flag.value),
                    absl::StrContains(flag.value, "FILE") ? ":_files" : ":")
              : absl::StrCat(":value:(", choices, ")");
      absl::StrAppend(&text, " \\\n            '*--", flag.name,
                      flag.value.empty() ? "" : "=", description, value, "'");
      if (flag.letter != 0) {
        absl::StrAppend(&text, " \\\n            '*-",
                        std::string(1, flag.letter),
                        flag.value.empty() ? "" : "+", description, value, "'");
      }
    }
    const bool files = absl::StrContains(command.operands, "FILE");
    const std::string choices = command.name == "help" ? CommandWords()
                                : files                ? ""
                                        : Choices(command.operands);
    if (files) {
      absl::StrAppend(&text, " \\\n            '*:file:_files'");
    } else if (!choices.empty()) {
      absl::StrAppend(&text, " \\\n            '1:what:(", choices, ")'");
    }
    absl::StrAppend(&text, "\n          ;;\n");
  }
  absl::StrAppend(&text,
                  "      esac\n"
                  "      ;;\n"
                  "  esac\n"
                  "}\n"
                  "_colocate \"$@\"\n");
  return text;
}

std::string Fish() {
  std::string text =
      "# fish completion for colocate: put it into "
      "~/.config/fish/completions/colocate.fish.\n";
  for (const Command& command : Commands()) {
    absl::StrAppend(&text,
                    "complete -c colocate -n __fish_use_subcommand -f -a ",
                    command.name, " -d ", FishQuoted(command.summary), "\n");
  }
  for (const Command& command : Commands()) {
    const std::string condition =
        absl::StrCat("complete -c colocate -n '__fish_seen_subcommand_from ",
                     command.name, "'");
    for (const Flag& flag : FlagsOf(Flags(), command.name)) {
      const std::string choices = Choices(flag.value);
      absl::StrAppend(&text, condition, " -l ", flag.name);
      if (flag.letter != 0) {
        absl::StrAppend(&text, " -s ", std::string(1, flag.letter));
      }
      if (!choices.empty()) {
        absl::StrAppend(&text, " -x -a ", FishQuoted(choices));
      } else if (!flag.value.empty()) {
        absl::StrAppend(&text, " -r");
      }
      absl::StrAppend(&text, " -d ", FishQuoted(FirstSentence(flag.help)),
                      "\n");
    }
    const std::string choices = command.name == "help" ? CommandWords()
                                : absl::StrContains(command.operands, "FILE")
                                    ? ""
                                    : Choices(command.operands);
    if (!choices.empty()) {
      absl::StrAppend(&text, condition, " -f -a ", FishQuoted(choices), "\n");
    }
  }
  return text;
}

}  // namespace

std::string CompletionScript(absl::string_view shell) {
  if (shell == "zsh") return Zsh();
  if (shell == "fish") return Fish();
  return Bash();
}

}  // namespace colocation::cli
