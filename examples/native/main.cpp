// SPDX-License-Identifier: BSD-3-Clause
// A program with two agents of its own; all else is tutti. What they do is
// small: `counter` counts the words of a text that a shell task has written and
// has them explained, `ranker` finds the most frequent one.
#include <tutti/native.hpp>

#include <cctype>
#include <fstream>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace native = tutti::native;

namespace {

std::map<std::string, int> count_words(std::istream& text) {
  std::map<std::string, int> counts;
  for (std::string word; text >> word;) {
    std::erase_if(word, [](unsigned char c) {
      return std::isalpha(c) == 0;
    });
    for (char& c : word)
      c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
    if (!word.empty())
      ++counts[word];
  }
  return counts;
}

std::map<std::string, int> count_file(native::task& task) {
  auto path = task.input<std::string>("text", "path");
  std::ifstream file{task.directory() + "/" + path};
  if (!file)
    throw std::runtime_error{"cannot read " + path};
  task.progress(10, "reading " + path);
  return count_words(file);
}

// A function is all that a simple agent needs: a task in, a result out. What it
// throws becomes the message of a failed attempt.
native::result count(native::task& task) {
  native::result result;
  for (const auto& [word, n] : count_file(task))
    result.set(word, n);
  return result;
}

// Asks another agent for all that it wants to know, in one go, and does not
// wait: the answers are there when the task integrates.
native::result begin_glossary(native::task& task) {
  constexpr std::size_t long_word = 4;
  auto counts = count_file(task);
  std::vector<std::string> words;
  for (const auto& [word, n] : counts)
    if (word.size() >= long_word)
      words.push_back(word);
  task.request("scholar", words);
  native::result result;
  for (const auto& word : words)
    result.set(word, counts[word]);
  return result;
}

native::result end_glossary(native::task& task) {
  native::result result;
  for (const auto& answer : task.answers()) {
    auto text = answer.get<std::string>(answer.text);
    auto times = find_output(task.earlier().outputs, answer.text);
    if (!text || times == nullptr)
      throw std::runtime_error{"nobody explained " + answer.text};
    result.set(answer.text, *text + ", " + times->text + " times");
    result.set("in_one_go", answer.get<int>("in_one_go").value_or(1));
  }
  return result;
}

native::result glossary(native::task& task) {
  return task.phase() == tutti::work_phase::run ? begin_glossary(task)
                                                : end_glossary(task);
}

// A worker hears of what happens while it works: here of handoffs that arrive
// in its own time.
class ranker : public native::worker {
public:
  void on_task(native::task& task) override {
    for (const auto& x : task.inputs())
      on_handoff(task, x);
  }

  void on_handoff(native::task& task, const native::handed& x) override {
    std::pair<int, std::string> first{0, ""};
    for (const auto& output : x.details->outputs)
      if (auto n = x.get<int>(output.name); n && *n > first.first)
        first = {*n, output.name};
    task.done(native::result{}
                  .set("word", first.second)
                  .set("times", first.first)
                  .note("the most frequent of " + x.from));
  }
};

} // namespace

int main(int argc, char** argv) {
  native::agents team;
  team.add("counter", [](native::task& task) {
    return task.name() == "glossary" ? glossary(task) : count(task);
  });
  team.add_worker("ranker", [] {
    return std::make_unique<ranker>();
  });
  return tutti::run_program(argc, argv, std::move(team));
}
