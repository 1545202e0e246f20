// SPDX-License-Identifier: BSD-3-Clause
// CAF's network module as its manual has it.
#include "bench/cluster_sides.hpp"
#include "messages/assert.hpp"
#include "messages/type_ids.hpp"

#include <caf/actor_system.hpp>
#include <caf/actor_system_config.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/io/middleman.hpp>
#include <caf/io/publish.hpp>
#include <caf/openssl/all.hpp>
#include <caf/send.hpp>
#include <caf/stateful_actor.hpp>

#include <future>
#include <utility>

namespace tutti::bench {

namespace {

struct config : caf::actor_system_config {
  config(bool tls, const std::string& certificates, const std::string& name) {
    add_message_types<caf::id_block::tutti>();
    load<caf::io::middleman>();
    if (!tls)
      return;
    load<caf::openssl::manager>();
    openssl_cafile = certificates + "/ca.crt";
    openssl_certificate = certificates + "/" + name + ".crt";
    openssl_key = certificates + "/" + name + ".key";
  }
};

struct near_state {
  static inline const char* name = "near";
  caf::actor far;
};

caf::behavior near_actor(caf::stateful_actor<near_state>* self,
                         std::promise<void>* came, tally* told) {
  return {
      [self, came](const caf::actor& far) {
        self->state.far = far;
        came->set_value();
      },
      [self](handoff& x) {
        self->send(self->state.far, std::move(x));
      },
      [told](const handoff_accepted& x) {
        told->confirm(x.from.value + 1);
      },
  };
}

class basp_near : public near_side {
public:
  basp_near(bool tls, const std::string& certificates, tally& told)
    : config_(tls, certificates, "orchestrator"), system_(config_),
      near_(system_.spawn(near_actor, &came_, &told)) {
    auto port = tls ? caf::openssl::publish(near_, 0, "127.0.0.1")
                    : caf::io::publish(near_, 0, "127.0.0.1");
    TUTTI_ASSERT(port);
    port_ = *port;
  }
  ~basp_near() override {
    caf::anon_send_exit(near_, caf::exit_reason::user_shutdown);
  }
  [[nodiscard]] std::uint16_t port() const override {
    return port_;
  }
  void wait() override {
    came_.get_future().wait();
  }
  bool send(handoff x) override {
    caf::anon_send(near_, std::move(x));
    return true;
  }

private:
  config config_;
  caf::actor_system system_;
  std::promise<void> came_;
  caf::actor near_;
  std::uint16_t port_ = 0;
};

} // namespace

std::unique_ptr<near_side>
make_basp_near(bool tls, const std::string& certificates, tally& told) {
  return std::make_unique<basp_near>(tls, certificates, told);
}

void run_basp_far(bool tls, const std::string& certificates,
                  std::uint16_t port) {
  config settings{tls, certificates, far_name};
  caf::actor_system system{settings};
  auto near = tls ? caf::openssl::remote_actor(system, "127.0.0.1", port)
                  : system.middleman().remote_actor("127.0.0.1", port);
  TUTTI_ASSERT(near);
  std::promise<void> over;
  system.spawn([near = *near, &over](caf::event_based_actor* self) {
    self->monitor(near);
    self->set_down_handler([self, &over](const caf::down_msg&) {
      over.set_value();
      self->quit();
    });
    self->send(near, caf::actor{self});
    return caf::behavior{
        [self, near](const handoff& x) {
          if (x.version == answered_version)
            self->send(near, handoff_accepted{x.from, x.to, x.version});
        },
    };
  });
  over.get_future().wait();
}

} // namespace tutti::bench
