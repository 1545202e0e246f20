// SPDX-License-Identifier: BSD-3-Clause
"use strict";

const ENDPOINTS = {
$endpoints
};
const FIELDS = [$fields];

async function call(name, id, value) {
  const [method, path] = ENDPOINTS[name];
  const answer = await fetch(path.replace("{id}", id), {
    method,
    headers: value ? { "Content-Type": "application/json" } : {},
    body: value ? JSON.stringify(value) : undefined,
  });
  const content = answer.status === 204 ? null : await answer.json();
  return { ok: answer.ok, content };
}

function show(errors) {
  const list = document.getElementById("errors");
  list.replaceChildren(...errors.map((error) => {
    const item = document.createElement("li");
    item.textContent = error.field + " " + error.message;
    return item;
  }));
}

function button(text, work) {
  const made = document.createElement("button");
  made.type = "button";
  made.textContent = text;
  made.addEventListener("click", work);
  return made;
}

function row(user) {
  const line = document.createElement("tr");
  for (const field of FIELDS) {
    const cell = line.insertCell();
    cell.textContent = user[field];
  }
  line.insertCell().append(
    button("Rename", async () => {
      const name = window.prompt("Name", user.name);
      if (name !== null) {
        await done(await call("change", user.id, { name }));
      }
    }),
    button("Remove", async () => done(await call("delete", user.id))));
  return line;
}

async function done(answer) {
  show(answer.ok ? [] : answer.content.errors);
  if (answer.ok) {
    await refresh();
  }
}

async function refresh() {
  const answer = await call("list");
  document.getElementById("users").replaceChildren(
    ...answer.content.users.map(row));
}

document.getElementById("user").addEventListener("submit", async (event) => {
  event.preventDefault();
  const value = Object.fromEntries(new FormData(event.target));
  await done(await call("create", undefined, value));
});

refresh();
