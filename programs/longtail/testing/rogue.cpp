// SPDX-License-Identifier: Apache-2.0
// Stands in for albumen-longtail and goes wrong as the file says: its bytes are the name of what to
// do. "honest" is a picture of 5 x 3 pixels; "decode-" before a name keeps the probe honest.
#include <array>
#include <cerrno>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <sys/mman.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <vector>

#include "decode/longtail/protocol.h"

namespace albumen {
namespace {

constexpr int kSocket = STDIN_FILENO;

template <class Message>
void send_bytes(const Message& message) {
  if (::send(kSocket, message.data(), message.size(), MSG_NOSIGNAL) < 0) {
    ::_exit(1);
  }
}

struct Incoming {
  LongtailRequestMessage message{};
  std::array<int, 2> descriptors{-1, -1};
};

bool receive(Incoming& incoming) {
  iovec bytes{.iov_base = incoming.message.data(), .iov_len = incoming.message.size()};
  alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(incoming.descriptors))> beside{};
  msghdr header{};
  header.msg_iov = &bytes;
  header.msg_iovlen = 1;
  header.msg_control = beside.data();
  header.msg_controllen = beside.size();
  if (::recvmsg(kSocket, &header, 0) <= 0) {
    return false;
  }
  if (const cmsghdr* const control = CMSG_FIRSTHDR(&header)) {
    std::memcpy(incoming.descriptors.data(), CMSG_DATA(control), control->cmsg_len - CMSG_LEN(0));
  }
  return true;
}

std::string behaviour_in(const Incoming& incoming, const LongtailRequest& request) {
  std::string text(static_cast<std::size_t>(request.file_bytes), '\0');
  const ssize_t got = ::pread(incoming.descriptors[0], text.data(), text.size(), 0);
  text.resize(got > 0 ? static_cast<std::size_t>(got) : 0);
  constexpr std::string_view kLater = "decode-";
  if (text.starts_with(kLater)) {
    const bool later = request.kind == LongtailRequestKind::kDecode;
    return later ? text.substr(kLater.size()) : std::string{"honest"};
  }
  return text;
}

LongtailAnswer honest_answer(const LongtailRequest& request) {
  LongtailAnswer answer;
  answer.status = LongtailStatus::kDone;
  answer.sequence = request.sequence;
  answer.width = 5;
  answer.height = 3;
  answer.bands = 3;
  answer.bits = 8;
  return answer;
}

// Every byte of the memory is 7.
void fill_pixels(const Incoming& incoming, const LongtailRequest& request) {
  if (request.kind == LongtailRequestKind::kDecode) {
    void* const data = ::mmap(nullptr, request.pixel_bytes, PROT_READ | PROT_WRITE, MAP_SHARED,
                              incoming.descriptors[1], 0);
    if (data == MAP_FAILED) {
      ::_exit(1);
    }
    std::memset(data, 7, request.pixel_bytes);
    ::munmap(data, request.pixel_bytes);
  }
}

[[noreturn]] void take_memory() {
  std::vector<std::unique_ptr<std::vector<char>>> taken;
  try {
    while (true) {
      constexpr std::size_t kMebibyte = std::size_t{1} << 20;
      taken.push_back(std::make_unique<std::vector<char>>(kMebibyte, 'x'));
    }
  } catch (const std::bad_alloc&) {
    ::_exit(kLongtailNoMemoryExit);
  }
}

[[noreturn]] void wait_for_ever() {
  while (true) {
    std::this_thread::sleep_for(std::chrono::hours{1});
  }
}

// Whether the memory of the pixels lets itself be cut, grown, or the file be written to.
std::string sizes_changed(const Incoming& incoming) {
  std::string changed;
  if (::ftruncate(incoming.descriptors[1], 0) == 0) {
    changed += "cut ";
  }
  if (::ftruncate(incoming.descriptors[1], 1 << 30) == 0) {
    changed += "grown ";
  }
  if (::pwrite(incoming.descriptors[0], "x", 1, 0) == 1) {
    changed += "written ";
  }
  return changed;
}

void misbehave(const std::string& behaviour, const Incoming& incoming,
               const LongtailRequest& request) {
  LongtailAnswer answer = honest_answer(request);
  if (behaviour == "crash") {
    std::abort();
  } else if (behaviour == "die") {
    ::_exit(3);
  } else if (behaviour == "killed") {
    ::kill(::getpid(), SIGKILL);
  } else if (behaviour == "hang") {
    wait_for_ever();
  } else if (behaviour == "close") {
    ::close(kSocket);
    wait_for_ever();
  } else if (behaviour == "balloon") {
    take_memory();
  } else if (behaviour == "garbage") {
    send_bytes(std::string_view{"these are not the bytes you are looking for"});
    return;
  } else if (behaviour == "stale") {
    answer.sequence = request.sequence - 1;
  } else if (behaviour == "hello") {
    answer.status = LongtailStatus::kHello;
  } else if (behaviour == "huge") {
    answer.width = 0xFFFF'FFFF;
    answer.height = 0xFFFF'FFFF;
  } else if (behaviour == "profile") {
    answer.profile_bytes = 0xFFFF'FFFF;
  } else if (behaviour == "other") {
    answer.width = 6;
  } else if (behaviour == "unreadable") {
    answer.status = LongtailStatus::kUnreadable;
    answer.text = "no \x1B[31mcolours\n here";
  } else if (behaviour == "no-memory") {
    answer.status = LongtailStatus::kNoMemory;
  } else if (behaviour == "resize") {
    const std::string changed = sizes_changed(incoming);
    answer.status = changed.empty() ? LongtailStatus::kDone : LongtailStatus::kUnreadable;
    answer.text = changed;
  } else if (behaviour == "die-after") {
    send_bytes(to_message(answer));
    ::_exit(0);
  }
  fill_pixels(incoming, request);
  send_bytes(to_message(answer));
  if (behaviour == "flood") {
    while (::send(kSocket, &answer, 1, MSG_NOSIGNAL | MSG_DONTWAIT) > 0) {
    }
  }
}

}  // namespace
}  // namespace albumen

int main() {
  albumen::LongtailAnswer hello;
  hello.status = albumen::LongtailStatus::kHello;
  hello.formats = ~albumen::bit_of(albumen::LongtailFormat::kPsd);
  hello.address_space_bytes = std::uint64_t{64} << 20;
  albumen::send_bytes(albumen::to_message(hello));
  while (true) {
    albumen::Incoming incoming;
    if (!albumen::receive(incoming)) {
      return 0;
    }
    const auto request = albumen::parse_longtail_request(incoming.message);
    if (!request) {
      return 1;
    }
    albumen::misbehave(albumen::behaviour_in(incoming, *request), incoming, *request);
    for (const int descriptor : incoming.descriptors) {
      if (descriptor >= 0) {
        ::close(descriptor);
      }
    }
  }
}
