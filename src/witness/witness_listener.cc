#include "facegate/witness/witness_listener.h"

#include <httplib.h>

#include <atomic>
#include <chrono>
#include <thread>
#include <utility>

namespace facegate::witness {
namespace {

constexpr int kThreads = 4;
constexpr int kReadSecondsMax = 5;
constexpr int kUnavailable = 503;

// One request, from its body to the response.
void Respond(Witness& witness, core::Logger& logger, const httplib::Request& request,
             httplib::Response& response) {
  const core::Result<Answer> answer = witness.AddCheckpoint(request.body);
  if (!answer.ok()) {
    logger.Error("witness_state_not_written", {{"message", answer.status().message()}});
    response.status = kUnavailable;
    return response.set_content("nothing was cosigned; try again later\n", "text/plain");
  }
  response.status = static_cast<int>(answer->code);
  const bool is_size = answer->code == tlog::WitnessAnswer::kConflict;
  response.set_content(answer->body, is_size ? std::string(tlog::kTreeSizeType) : "text/plain");
}

}  // namespace

struct WitnessListener::Impl {
  httplib::Server server;
  int port = -1;
  std::atomic<bool> ended{false};
  std::thread thread;
};

core::Result<std::unique_ptr<WitnessListener>> WitnessListener::Start(const ListenAt& at,
                                                                      Witness& witness,
                                                                      core::Logger& logger) {
  auto impl = std::make_unique<Impl>();
  httplib::Server& server = impl->server;
  server.new_task_queue = [] { return new httplib::ThreadPool(kThreads); };
  server.set_payload_max_length(tlog::kAddCheckpointBytesMax);
  server.set_read_timeout(kReadSecondsMax, 0);
  server.set_write_timeout(kReadSecondsMax, 0);
  server.set_keep_alive_timeout(kReadSecondsMax);
  server.Post("/add-checkpoint",
              [&witness, &logger](const httplib::Request& request, httplib::Response& response) {
                Respond(witness, logger, request, response);
              });
  const bool any = at.port == 0;
  const int bound = any ? server.bind_to_any_port(at.host) : at.port;
  if (bound <= 0 || (!any && !server.bind_to_port(at.host, at.port))) {
    return core::Status(core::Code::kUnavailable, "LISTEN_FAILED",
                        "cannot listen on " + at.host + " port " + std::to_string(at.port));
  }
  impl->port = bound;
  impl->thread = std::thread([serving = impl.get()] {
    serving->server.listen_after_bind();
    serving->ended = true;
  });
  return std::unique_ptr<WitnessListener>(new WitnessListener(std::move(impl)));
}

WitnessListener::WitnessListener(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}

WitnessListener::~WitnessListener() {
  // The server forgets a stop that comes before it began.
  while (!impl_->server.is_running() && !impl_->ended) std::this_thread::yield();
  impl_->server.stop();
  impl_->thread.join();
}

int WitnessListener::port() const { return impl_->port; }

}  // namespace facegate::witness
