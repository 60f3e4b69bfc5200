// SPDX-License-Identifier: Apache-2.0
#include "server.h"

#include <array>
#include <cerrno>
#include <cstring>
#include <limits>
#include <malloc.h>
#include <optional>
#include <span>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include <utility>

#include "decode/longtail/protocol.h"
#include "escapes.h"
#include "loaders.h"

namespace albumen {
namespace {

constexpr std::size_t kMostDescriptors = 2;

/// A request with the descriptors that came beside it, which it closes.
class Received {
 public:
  Received() = default;

  ~Received() {
    for (std::size_t index = 0; index < count_; ++index) {
      ::close(descriptors_.at(index));
    }
  }

  Received(const Received&) = delete;
  Received& operator=(const Received&) = delete;

  /// False at the end of the connection.
  bool receive(int socket) {
    iovec bytes{.iov_base = message_.data(), .iov_len = message_.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof(descriptors_))> beside{};
    msghdr header{};
    header.msg_iov = &bytes;
    header.msg_iovlen = 1;
    header.msg_control = beside.data();
    header.msg_controllen = beside.size();
    do {
      got_ = ::recvmsg(socket, &header, MSG_CMSG_CLOEXEC);
    } while (got_ < 0 && errno == EINTR);
    const cmsghdr* const control = got_ > 0 ? CMSG_FIRSTHDR(&header) : nullptr;
    if (control != nullptr && control->cmsg_level == SOL_SOCKET &&
        control->cmsg_type == SCM_RIGHTS) {
      count_ = (control->cmsg_len - CMSG_LEN(0)) / sizeof(int);
      std::memcpy(descriptors_.data(), CMSG_DATA(control), count_ * sizeof(int));
    }
    return got_ > 0;
  }

  [[nodiscard]] std::optional<LongtailRequest> request() const {
    return parse_longtail_request(std::span{message_}.first(static_cast<std::size_t>(got_)));
  }

  [[nodiscard]] int descriptor(std::size_t index) const {
    return index < count_ ? descriptors_.at(index) : -1;
  }

 private:
  LongtailRequestMessage message_{};
  ssize_t got_ = 0;
  std::array<int, kMostDescriptors> descriptors_{};
  std::size_t count_ = 0;
};

/// Shared memory, in view while it lives.
class Mapping {
 public:
  Mapping(int descriptor, std::uint64_t size, int protection) : size_(size) {
    if (size == 0 || size > std::numeric_limits<std::size_t>::max() / 2) {
      throw LoadFailure{LongtailStatus::kRefused, "no bytes"};
    }
    data_ = ::mmap(nullptr, size, protection, MAP_SHARED, descriptor, 0);
    if (data_ == MAP_FAILED) {
      throw LoadFailure{LongtailStatus::kNoMemory, "no room for shared memory"};
    }
  }

  ~Mapping() { ::munmap(data_, size_); }

  Mapping(const Mapping&) = delete;
  Mapping& operator=(const Mapping&) = delete;

  template <class Byte>
  [[nodiscard]] std::span<Byte> as() const {
    return {static_cast<Byte*>(data_), size_};
  }

 private:
  void* data_;
  std::size_t size_;
};

LongtailAnswer serve_request(const LongtailRequest& request, const Received& received) {
  if (request.kind >= LongtailRequestKind::kFirstEscape) {
    return attempt_escape(request);
  }
  const Mapping file{received.descriptor(0), request.file_bytes, PROT_READ};
  if (request.kind == LongtailRequestKind::kProbe) {
    return read_header(request.format, file.as<const std::byte>());
  }
  const Mapping pixels{received.descriptor(1), request.pixel_bytes, PROT_READ | PROT_WRITE};
  return decode_rows(request, file.as<const std::byte>(), pixels.as<std::uint8_t>());
}

LongtailAnswer answer_to(const Received& received) {
  const auto request = received.request();
  LongtailAnswer answer;
  if (!request) {
    answer.text = "not a request";
    return answer;
  }
  try {
    answer = serve_request(*request, received);
  } catch (const LoadFailure& failure) {
    answer.status = failure.status();
    answer.text = failure.what();
  }
  answer.sequence = request->sequence;
  return answer;
}

bool send_answer(int socket, const LongtailAnswer& answer) {
  const LongtailAnswerMessage message = to_message(answer);
  return ::send(socket, message.data(), message.size(), MSG_NOSIGNAL) ==
         static_cast<ssize_t>(message.size());
}

}  // namespace

int serve(int socket, std::uint32_t formats, std::uint64_t address_space_bytes) {
  LongtailAnswer hello;
  hello.status = LongtailStatus::kHello;
  hello.formats = formats;
  hello.address_space_bytes = address_space_bytes;
  if (!send_answer(socket, hello)) {
    return 1;
  }
  while (true) {
    Received received;
    if (!received.receive(socket)) {
      return 0;
    }
    const LongtailAnswer answer = answer_to(received);
    ::malloc_trim(0);
    if (!send_answer(socket, answer)) {
      return 1;
    }
  }
}

}  // namespace albumen
