-- SPDX-License-Identifier: BSD-3-Clause
select id, email from users where id = 1;
