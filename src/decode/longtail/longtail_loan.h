// SPDX-License-Identifier: Apache-2.0
// A client out of the pool for one picture.
#pragma once

#include <memory>
#include <utility>

#include "decode/longtail.h"
#include "decode/longtail/longtail_client.h"

namespace albumen {

class LongtailLoan {
 public:
  /// Waits until one is free. `decoder` outlives the loan.
  explicit LongtailLoan(LongtailDecoder& decoder) : decoder_(decoder), client_(decoder.take()) {}

  ~LongtailLoan() { decoder_.give_back(std::move(client_)); }

  LongtailLoan(const LongtailLoan&) = delete;
  LongtailLoan& operator=(const LongtailLoan&) = delete;

  LongtailClient* operator->() const { return client_.get(); }

 private:
  LongtailDecoder& decoder_;
  std::unique_ptr<LongtailClient> client_;
};

}  // namespace albumen
