// SPDX-License-Identifier: BSD-3-Clause
#pragma once

#include <string>

namespace tutti::journal {

/// Whether the log of a database (its -wal file) ends in a transaction that was
/// not over: the program or the power went while it was written. SQLite drops
/// it without a word; nothing rests on it, as it was never durable. To be asked
/// before a program that may write opens the database. False: it ends as it
/// should, is not there, or cannot be read.
[[nodiscard]] bool ends_torn(const std::string& log);

} // namespace tutti::journal
