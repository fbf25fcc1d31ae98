#include "golden/timing.hpp"

#include <algorithm>

namespace nacre::golden {

bool TimingProcess::try_resume() {
  if (handle_.done()) return false;
  promise_type& promise = handle_.promise();
  if (promise.awaited != nullptr && !promise.awaited->holds()) return false;
  promise.awaited = nullptr;
  handle_.resume();
  return true;
}

Head Channel::AwaitHead::value() const {
  const std::size_t k = channel.pops_.size();
  Head head{.word = channel.words_[k],
            .sent = channel.sent_.empty() ? 0 : channel.sent_[k],
            .work = channel.work_.empty() ? 0 : channel.work_[k],
            .work_list = {},
            .valid = channel.pushes_[k] + channel.latency_};
  if (!channel.work_lists_.empty()) head.work_list = channel.work_lists_[k];
  if (k > 0) head.valid = std::max(head.valid, channel.pops_[k - 1] + 1);
  return head;
}

std::int64_t Channel::AwaitRoom::value() const {
  const std::size_t k = channel.pushes_.size();
  std::int64_t cycle = 0;
  if (k > 0) cycle = channel.pushes_[k - 1] + 1;
  if (k >= channel.entries_) {
    cycle = std::max(cycle, channel.pops_[k - channel.entries_] + 1);
  }
  return cycle;
}

void Channel::pop(std::int64_t cycle) {
  NACRE_CHECK(pushes_.size() > pops_.size() && cycle >= head().value().valid,
              "timing: a word taken before it was there");
  pops_.push_back(cycle);
}

void Channel::push(std::int64_t cycle) {
  NACRE_CHECK(!all_pushed(), "timing: more words sent than the golden model sent");
  NACRE_CHECK(room().holds() && cycle >= room().value(), "timing: a push into a full FIFO");
  pushes_.push_back(cycle);
}

const Word& Channel::next_word() const {
  NACRE_CHECK(!all_pushed(), "timing: more words sent than the golden model sent");
  return words_[pushes_.size()];
}

void run_processes(std::span<TimingProcess> processes) {
  bool progress = true;
  while (progress) {
    progress = false;
    for (TimingProcess& process : processes) {
      while (process.try_resume()) progress = true;
    }
  }
  for (const TimingProcess& process : processes) {
    NACRE_CHECK(process.done(), "timing: the stages wait for each other");
  }
}

}  // namespace nacre::golden
