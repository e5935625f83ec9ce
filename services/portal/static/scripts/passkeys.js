// A form that a passkey answers: asks the browser for one, and sends its answer. Where no passkey can be asked for (an
// old browser, a page that is reached by an address instead of a name) the form stays hidden.
const NO_NAME = /^[\d.]+$|:/;
const able = window.PublicKeyCredential?.parseCreationOptionsFromJSON && !NO_NAME.test(location.hostname);

async function ask(form) {
  const token = form.elements.form_token?.value ?? "";
  const answer = await fetch(form.dataset.question, { method: "POST", headers: { "x-form-token": token } });
  if (!answer.ok) throw new Error(answer.status);
  const question = await answer.json();
  const options = JSON.parse(question.options);
  const credential =
    form.dataset.passkey === "new"
      ? await navigator.credentials.create({ publicKey: PublicKeyCredential.parseCreationOptionsFromJSON(options) })
      : await navigator.credentials.get({ publicKey: PublicKeyCredential.parseRequestOptionsFromJSON(options) });
  form.elements.challenge_id.value = question.challenge_id;
  form.elements.credential.value = JSON.stringify(credential.toJSON());
}

for (const form of able ? document.querySelectorAll("form[data-passkey]") : []) {
  const failed = form.querySelector("[data-failed]");
  form.hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    failed.hidden = true;
    ask(form).then(
      () => form.submit(),
      () => {
        failed.hidden = false;
      },
    );
  });
}
