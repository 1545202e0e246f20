// SPDX-License-Identifier: BSD-3-Clause
#include "runtime/cli/completion.hpp"

#include "runtime/stress/patterns.hpp"

#include <fmt/format.h>

#include <string_view>
#include <vector>

namespace tutti::cli {

namespace {

struct flag {
  std::vector<std::string> names; ///< with dashes
  std::string type;               ///< empty: it takes no value
  std::string text;
};

struct command {
  std::string name;
  std::string text;
  std::vector<flag> flags;
  std::string argument; ///< the type of its first argument; empty: none
};

flag flag_of(const CLI::Option& x) {
  flag result;
  for (const auto& name : x.get_snames())
    result.names.push_back("-" + name);
  for (const auto& name : x.get_lnames())
    result.names.push_back("--" + name);
  if (x.get_type_size() != 0)
    result.type = x.get_type_name();
  result.text = x.get_description();
  return result;
}

command command_of(const CLI::App& x) {
  command result;
  result.name = x.get_name();
  result.text = x.get_description();
  for (const auto* option : x.get_options())
    if (!option->get_positional())
      result.flags.push_back(flag_of(*option));
    else if (result.argument.empty())
      result.argument = option->get_type_name();
  return result;
}

std::vector<command> commands_of(const CLI::App& app) {
  std::vector<command> result;
  for (const auto* x : app.get_subcommands([](const auto*) {
         return true;
       }))
    result.push_back(command_of(*x));
  return result;
}

std::string command_names(const std::vector<command>& commands) {
  std::vector<std::string_view> names;
  for (const auto& x : commands)
    names.push_back(x.name);
  return fmt::format("{}", fmt::join(names, " "));
}

std::string pattern_words() {
  return fmt::format("{}", fmt::join(stress::pattern_names(), " "));
}

std::string words_of(std::string_view type) {
  std::string words{type};
  for (char& c : words)
    if (c == '|')
      c = ' ';
  return words;
}

std::string flag_names(const command& x) {
  std::vector<std::string_view> names;
  for (const auto& flag : x.flags)
    for (const auto& name : flag.names)
      names.push_back(name);
  return fmt::format("{}", fmt::join(names, " "));
}

// -- bash -------------------------------------------------------------------

std::string bash_values(std::string_view type,
                        const std::vector<command>& commands) {
  if (type == "PLAN")
    return "_tutti_files yaml yml";
  if (type == "FILE")
    return "_tutti_files";
  if (type == "DIR")
    return "_tutti_folders";
  if (type == "COMMAND")
    return fmt::format("_tutti_words \"{}\"", command_names(commands));
  if (type == "PATTERN")
    return fmt::format("_tutti_words \"{}\"", pattern_words());
  if (type.find('|') != std::string_view::npos)
    return fmt::format("_tutti_words \"{}\"", words_of(type));
  return "COMPREPLY=()";
}

std::string bash_command(const command& x,
                         const std::vector<command>& commands) {
  auto text = fmt::format("    {})\n      case \"$previous\" in\n", x.name);
  for (const auto& flag : x.flags)
    if (!flag.type.empty())
      text +=
          fmt::format("        {}) {}; return ;;\n", fmt::join(flag.names, "|"),
                      bash_values(flag.type, commands));
  text += fmt::format("      esac\n      case \"$word\" in\n"
                      "        -*) _tutti_words \"{}\" ;;\n        *) {} ;;\n"
                      "      esac ;;\n",
                      flag_names(x), bash_values(x.argument, commands));
  return text;
}

constexpr const char* bash_head = R"(# bash completion for tutti
_tutti_words() {
  mapfile -t COMPREPLY < <(compgen -W "$1" -- "$word")
}

_tutti_folders() {
  compopt -o filenames 2>/dev/null
  mapfile -t COMPREPLY < <(compgen -d -- "$word")
}

# Files with one of these extensions, or all files; and folders.
_tutti_files() {
  compopt -o filenames 2>/dev/null
  if [ $# -eq 0 ]; then
    mapfile -t COMPREPLY < <(compgen -f -- "$word")
    return
  fi
  local extension
  mapfile -t COMPREPLY < <(
    compgen -d -- "$word"
    for extension in "$@"; do
      compgen -f -X "!*.$extension" -- "$word"
    done)
}

_tutti() {
  local word="${COMP_WORDS[COMP_CWORD]}"
  local previous="${COMP_WORDS[COMP_CWORD-1]}"
  # `--format=dot` comes as three words.
  [ "$word" = "=" ] && word=""
  [ "$previous" = "=" ] && previous="${COMP_WORDS[COMP_CWORD-2]}"
  if [ "$COMP_CWORD" -eq 1 ]; then
)";

std::string bash_script(const CLI::App& app) {
  auto commands = commands_of(app);
  std::string text = bash_head;
  text += fmt::format("    _tutti_words \"{} {}\"\n    return\n  fi\n"
                      "  case \"${{COMP_WORDS[1]}}\" in\n",
                      command_names(commands), flag_names(command_of(app)));
  for (const auto& x : commands)
    text += bash_command(x, commands);
  return text + "  esac\n}\ncomplete -F _tutti tutti\n";
}

// -- zsh --------------------------------------------------------------------

/// A text within single quotes, in a place where brackets and colons count.
std::string zsh_text(std::string_view text) {
  std::string result;
  for (char c : text) {
    if (c == '\'')
      result += "'\\'";
    else if (c == '[' || c == ']' || c == ':' || c == '\\')
      result += '\\';
    result += c;
  }
  return result;
}

std::string zsh_values(std::string_view type,
                       const std::vector<command>& commands) {
  if (type == "PLAN")
    return "plan:_files -g \"*.(yaml|yml)(-.)\"";
  if (type == "FILE")
    return "file:_files";
  if (type == "DIR")
    return "folder:_files -/";
  if (type == "COMMAND")
    return fmt::format("command:({})", command_names(commands));
  if (type == "PATTERN")
    return fmt::format("pattern:({})", pattern_words());
  if (type.find('|') != std::string_view::npos)
    return fmt::format("value:({})", words_of(type));
  return fmt::format("{}: ", zsh_text(type));
}

std::string zsh_command(const command& x,
                        const std::vector<command>& commands) {
  auto text = fmt::format("    {})\n      _arguments -s", x.name);
  for (const auto& flag : x.flags)
    for (const auto& name : flag.names) {
      // A long option takes its value after a space or "=", a short one
      // after a space or nothing.
      auto value = name.starts_with("--") ? "=" : "+";
      text += fmt::format(" \\\n        '*{}{}[{}]", name,
                          flag.type.empty() ? "" : value, zsh_text(flag.text));
      if (!flag.type.empty())
        text += ":" + zsh_values(flag.type, commands);
      text += "'";
    }
  if (!x.argument.empty())
    text +=
        fmt::format(" \\\n        '1:{}'", zsh_values(x.argument, commands));
  return text + " ;;\n";
}

std::string zsh_script(const CLI::App& app) {
  auto commands = commands_of(app);
  std::string text = "#compdef tutti\n_tutti() {\n  local -a commands\n"
                     "  commands=(\n";
  for (const auto& x : commands)
    text += fmt::format("    '{}:{}'\n", x.name, zsh_text(x.text));
  text += "  )\n  if (( CURRENT == 2 )); then\n"
          "    _describe command commands\n";
  text += fmt::format("    compadd -- {}\n    return\n  fi\n",
                      flag_names(command_of(app)));
  text += "  local name=$words[2]\n  shift words\n  (( CURRENT-- ))\n"
          "  case $name in\n";
  for (const auto& x : commands)
    text += zsh_command(x, commands);
  return text + "  esac\n}\ncompdef _tutti tutti\n";
}

// -- fish -------------------------------------------------------------------

std::string fish_text(std::string_view text) {
  std::string result = "'";
  for (char c : text) {
    if (c == '\'' || c == '\\')
      result += '\\';
    result += c;
  }
  return result + "'";
}

std::string fish_values(std::string_view type,
                        const std::vector<command>& commands) {
  if (type == "PLAN")
    return " -k -a '(__fish_complete_suffix .yaml)'";
  if (type == "DIR")
    return " -a '(__fish_complete_directories)'";
  if (type == "FILE")
    return " -F";
  if (type == "COMMAND")
    return fmt::format(" -a '{}'", command_names(commands));
  if (type == "PATTERN")
    return fmt::format(" -a '{}'", pattern_words());
  if (type.find('|') != std::string_view::npos)
    return fmt::format(" -a '{}'", words_of(type));
  return "";
}

std::string fish_flag(const flag& x, const std::vector<command>& commands) {
  std::string text;
  for (const auto& name : x.names)
    text += name.starts_with("--") ? " -l " + name.substr(2)
                                   : " -s " + name.substr(1);
  if (!x.type.empty())
    text += " -r" + fish_values(x.type, commands);
  return text + " -d " + fish_text(x.text);
}

std::string fish_script(const CLI::App& app) {
  auto commands = commands_of(app);
  std::string text = "# fish completion for tutti\ncomplete -c tutti -f\n";
  for (const auto& x : commands)
    text += fmt::format("complete -c tutti -n __fish_use_subcommand -a {} -d "
                        "{}\n",
                        x.name, fish_text(x.text));
  for (const auto& flag : command_of(app).flags)
    text += "complete -c tutti -n __fish_use_subcommand"
          + fish_flag(flag, commands) + "\n";
  for (const auto& x : commands) {
    auto start = fmt::format(
        "complete -c tutti -n '__fish_seen_subcommand_from {}'", x.name);
    for (const auto& flag : x.flags)
      text += start + fish_flag(flag, commands) + "\n";
    if (!x.argument.empty())
      text += start + fish_values(x.argument, commands) + "\n";
  }
  return text;
}

} // namespace

std::string completion_script(const CLI::App& app, const std::string& shell) {
  if (shell == "bash")
    return bash_script(app);
  if (shell == "zsh")
    return zsh_script(app);
  return fish_script(app);
}

} // namespace tutti::cli
