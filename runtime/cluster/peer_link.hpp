// SPDX-License-Identifier: BSD-3-Clause
// One end of a link between two peers over one connection: what came since the
// last flush leaves together, and one acknowledgement for all that has arrived.
// Nothing waits for others to come. Passive: the actor that owns it hears of
// frames, and flushes it.
#pragma once

#include "runtime/cluster/envelopes.hpp"
#include "runtime/cluster/frames.hpp"
#include "runtime/cluster/letter_box.hpp"
#include "runtime/cluster/transport.hpp"

#include <utility>
#include <variant>
#include <vector>

namespace tutti::cluster {

template <class Out>
class peer_link {
public:
  void open(transport& net, connection_id at) {
    net_ = &net;
    at_ = at;
  }
  [[nodiscard]] bool is_open() const {
    return at_ != 0;
  }

  /// Something is to leave. True: its owner is to call `flush`, once what has
  /// come meanwhile has been taken; false: that was said before.
  [[nodiscard]] bool flush_is_due() {
    return !std::exchange(flushes_, true);
  }

  void flush(letter_box<Out>& from) {
    flushes_ = false;
    if (at_ == 0)
      return;
    if (std::exchange(owes_acknowledgement_, false))
      net_->send(at_, encode(frame_content{acknowledgement{
                          in_.received(), parts_under_way_max}}));
    // What cannot leave yet stays in the box, which has a bound.
    if (!out_.has_waiting()) {
      from.take(letters_);
      for (auto& x : letters_)
        out_.push(std::move(x.envelope), x.bytes);
      letters_.clear();
    }
    for (auto& frame : out_.take())
      net_->send(at_, std::move(frame));
  }

  /// One that came by itself.
  void push(Out x) {
    out_.push(std::move(x));
  }

  /// `visit` gets the bytes of each envelope that has come, until it returns
  /// false; `arrived` each of ours that needs not be kept any more. False: no
  /// honest peer sends this. A flush is due.
  template <class Visit, class Arrived>
  [[nodiscard]] bool take(const frame_content& x, Visit visit,
                          Arrived arrived) {
    if (const auto* a = std::get_if<acknowledgement>(&x))
      return out_.acknowledged(*a, arrived);
    const auto* b = std::get_if<batch>(&x);
    if (b == nullptr)
      return false;
    owes_acknowledgement_ = true;
    return in_.take(*b, visit) == envelope_receiver::reception::fine;
  }

private:
  transport* net_ = nullptr;
  connection_id at_ = 0;
  std::vector<letter<Out>> letters_; ///< its room is used again
  envelope_sender<Out> out_;
  envelope_receiver in_;
  bool flushes_ = false;
  bool owes_acknowledgement_ = false;
};

} // namespace tutti::cluster
