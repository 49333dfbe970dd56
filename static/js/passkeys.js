/* Passkeys: the form asks the server for a question and the browser's passkeys for the answer, and is then
   sent as any other form. Before form.js hears of it: the first submission only begins the exchange. */
document.addEventListener("submit", (event) => {
  const frame = event.target.closest("[data-passkey]");
  if (!frame || frame.querySelector("[data-passkey-credential]").value) return;
  event.preventDefault();
  if (!frame.dataset.asking) answerWithPasskey(frame, event.target);
}, true);

async function answerWithPasskey(frame, form) {
  const problem = frame.querySelector("[data-passkey-problem]");
  const button = form.querySelector("button[type=submit]");
  problem.hidden = true;
  frame.dataset.asking = "yes";
  button.setAttribute("aria-busy", "true");
  try {
    const question = await passkeyQuestion(frame.dataset.asks);
    if (!question) return;
    const credential = await passkeyCredential(frame.dataset.passkey, question.publicKey);
    frame.querySelector("[data-passkey-challenge]").value = question.challenge;
    frame.querySelector("[data-passkey-credential]").value = JSON.stringify(credential.toJSON());
    button.removeAttribute("aria-busy");
    form.requestSubmit();
  } catch (failure) {
    problem.textContent = passkeyProblem(failure);
    problem.hidden = false;
    button.removeAttribute("aria-busy");
  } finally {
    delete frame.dataset.asking;
  }
}

/** What the server asks; nothing when it leads elsewhere first, such as to a page that asks who one is. */
async function passkeyQuestion(url) {
  const csrf = document.querySelector("meta[name=csrf-token]").content;
  const answer = await fetch(url, { method: "POST", headers: { "X-CSRF-Token": csrf } });
  if (answer.redirected) {
    location.assign(answer.url);
    return undefined;
  }
  if (!answer.ok) throw new Error(answer.status === 429 ? "many" : "refused");
  return answer.json();
}

function passkeyCredential(act, options) {
  if (!window.PublicKeyCredential?.parseCreationOptionsFromJSON) throw new Error("unknown");
  return act === "create"
    ? navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
    : navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
}

function passkeyProblem(failure) {
  if (failure.name === "InvalidStateError") return "This device has a passkey for this account already.";
  if (failure.name === "NotAllowedError") return "No passkey was used: it was cancelled, took too long, or there is none here.";
  if (failure.message === "unknown") return "This browser cannot use passkeys here. Use another way.";
  if (failure.message === "many") return "Too many tries. Wait a few minutes.";
  return "That did not work. Reload the page and try again.";
}

/* What the browser's memory brings back was answered before. */
window.addEventListener("pageshow", (event) => {
  if (event.persisted) document.querySelectorAll("[data-passkey-credential]").forEach((input) => { input.value = ""; });
});
