// SPDX-License-Identifier: BSD-3-Clause
#include "config/yaml_reader.hpp"

#include <new>

namespace tutti::config {

namespace {

std::string_view view(const yaml_char_t* x) {
  return x == nullptr ? std::string_view{} : reinterpret_cast<const char*>(x);
}

std::string words(const char* x) {
  return x == nullptr ? std::string{} : std::string{x};
}

bool is_continuation(char c) {
  return (static_cast<unsigned char>(c) & 0xC0) == 0x80;
}

} // namespace

yaml_reader::yaml_reader(std::string_view text) : text_(text) {
  if (yaml_parser_initialize(&parser_) == 0)
    throw std::bad_alloc{};
  yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
  yaml_parser_set_input_string(
      &parser_, reinterpret_cast<const unsigned char*>(text.data()),
      text.size());
}

yaml_reader::~yaml_reader() {
  release();
  yaml_parser_delete(&parser_);
}

void yaml_reader::release() {
  if (holds_event_)
    yaml_event_delete(&raw_);
  holds_event_ = false;
}

std::uint32_t yaml_reader::byte_of(std::size_t character) {
  while (at_character_ < character && at_byte_ < text_.size()) {
    ++at_byte_;
    while (at_byte_ < text_.size() && is_continuation(text_[at_byte_]))
      ++at_byte_;
    ++at_character_;
  }
  while (at_character_ > character && at_byte_ > 0) {
    --at_byte_;
    while (at_byte_ > 0 && is_continuation(text_[at_byte_]))
      --at_byte_;
    --at_character_;
  }
  return static_cast<std::uint32_t>(at_byte_);
}

bool yaml_reader::next() {
  do {
    release();
    if (yaml_parser_parse(&parser_, &raw_) == 0)
      return false;
    holds_event_ = true;
  } while (raw_.type == YAML_STREAM_START_EVENT
           || raw_.type == YAML_DOCUMENT_END_EVENT);
  translate();
  return true;
}

void yaml_reader::translate() {
  event_ = {};
  event_.begin = byte_of(raw_.start_mark.index);
  event_.end = byte_of(raw_.end_mark.index);
  switch (raw_.type) {
  case YAML_DOCUMENT_START_EVENT:
    event_.kind = yaml_event_kind::document;
    break;
  case YAML_ALIAS_EVENT:
    event_.kind = yaml_event_kind::alias;
    event_.text = view(raw_.data.alias.anchor);
    break;
  case YAML_SCALAR_EVENT: {
    const auto& x = raw_.data.scalar;
    event_.kind = yaml_event_kind::scalar;
    event_.text = {reinterpret_cast<const char*>(x.value), x.length};
    event_.anchor = view(x.anchor);
    event_.tag = view(x.tag);
    event_.plain = x.style == YAML_PLAIN_SCALAR_STYLE;
    event_.block = x.style == YAML_LITERAL_SCALAR_STYLE
                || x.style == YAML_FOLDED_SCALAR_STYLE;
    break;
  }
  case YAML_SEQUENCE_START_EVENT:
    event_.kind = yaml_event_kind::sequence_start;
    event_.anchor = view(raw_.data.sequence_start.anchor);
    event_.tag = view(raw_.data.sequence_start.tag);
    event_.flow = raw_.data.sequence_start.style == YAML_FLOW_SEQUENCE_STYLE;
    break;
  case YAML_MAPPING_START_EVENT:
    event_.kind = yaml_event_kind::mapping_start;
    event_.anchor = view(raw_.data.mapping_start.anchor);
    event_.tag = view(raw_.data.mapping_start.tag);
    event_.flow = raw_.data.mapping_start.style == YAML_FLOW_MAPPING_STYLE;
    break;
  case YAML_SEQUENCE_END_EVENT:
  case YAML_MAPPING_END_EVENT:
    event_.kind = yaml_event_kind::collection_end;
    break;
  default:
    event_.kind = yaml_event_kind::end;
    break;
  }
}

yaml_problem yaml_reader::problem() {
  yaml_problem result;
  result.message = words(parser_.problem);
  result.context = words(parser_.context);
  if (parser_.error == YAML_READER_ERROR) {
    // The reader speaks of bytes already, and of no mark.
    result.offset = static_cast<std::uint32_t>(parser_.problem_offset);
    result.context_offset = result.offset;
    return result;
  }
  result.offset = byte_of(parser_.problem_mark.index);
  result.context_offset = parser_.context == nullptr
                            ? result.offset
                            : byte_of(parser_.context_mark.index);
  return result;
}

} // namespace tutti::config
