-- SPDX-License-Identifier: BSD-3-Clause
select role, count(*) from users group by role order by role;
