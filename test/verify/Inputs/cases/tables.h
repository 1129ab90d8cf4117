// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
// Inputs and outputs in two tables of base64 strings; the fields of a table by name; a raw string.
#include <string>
#include <utility>
#include <vector>

namespace ns {
const std::vector<std::pair<std::string, std::string>> inputTestFixtures = {
  //1
  {
    "AgAAAAAAAQAAAAAACABFAAArAAEAAEARrU/AqAEBCsgBAXppAFAAF5fea2F0cmFuIHRlc3QgcGt0",
    "packet to UDP based v4 VIP"
  },
  //2
  {
    "AgAAAAAAAQAAAAAAht1gAAAAACMGQPwAAAIAAAAAAAAAAAAAAAH8AAABAAAAAAAAAAAAAAABemkAUAAAAAAAAAAAUBAgAP1PAABr"
    "YXRyYW4gdGVzdCBwa3Q=",
    "packet to TCP based v6 VIP"
  },
};
const std::vector<std::pair<std::string, std::string>> outputTestFixtures = {
  {"AQAAAAAAAgAAAAAACABFAAArAAEAAEARrU/AqAEBCsgBAXppAFAAF5fea2F0cmFuIHRlc3QgcGt0", "XDP_TX"},
  {"AgAAAAAAAQAAAAAAht1gAAAAACMGQPwAAAIAAAAAAAAAAAAAAAH8AAABAAAAAAAAAAAAAAAB", "XDP_PASS"},
};
const std::vector<PacketAttributes> fields = {
  {
    .inputPacket = "AgAAAAAAAQAAAAAACABFAAAr",
    .description = "by its fields",
    .expectedReturnValue = "XDP_DROP",
    .expectedOutputPacket = "AgAAAAAAAQAAAAAACABFAAAr"
  },
  {
    .inputPacket = "AgAAAAAAAQAAAAAACABFAAAs",
    .description = "a verdict of another hook",
    .expectedReturnValue = "SOME_VERDICT",
  },
};
const auto raw = ns::decodeHex(R"hex(
  02 00 00 00 00 01  02 00 00 00 00 02  12 34
  01 02 03)hex");
} // namespace ns
