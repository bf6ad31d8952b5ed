// Plays a workflow with react-jsonschema-form: its stock theme and validator draw the payloads as the server sends
// them. What stands here is what any client has to do: send, merge, keep what was typed, hand the errors over.
import Form from "@rjsf/core";
import validator from "@rjsf/validator-ajv8";
import { useEffect, useRef, useState } from "react";
import { createRoot } from "react-dom/client";
import { merge } from "wfapp/client.js";

async function post(body) {
  // An emptied field is undefined in a form's data, and would be left out: the server then takes it for untouched.
  const text = JSON.stringify(body, (_key, value) => (value === undefined ? null : value));
  const headers = { "Content-Type": "application/json" };
  const response = await fetch("/wf/", { method: "POST", headers, body: text });
  return response.json();
}

function toErrorSchema(errors = {}) {
  const root = {};
  for (const [path, text] of Object.entries(errors)) {
    const keys = path.split(".").filter((key) => key !== "__form");
    const place = keys.reduce((node, key) => (node[key] ??= {}), root);
    place.__errors = [text];
  }
  return root;
}

function App({ name }) {
  const [answer, setAnswer] = useState(null);
  const [formData, setFormData] = useState({});
  const sent = useRef(0);

  async function play(body) {
    const number = ++sent.current;
    const next = await post(body);
    if (number !== sent.current) return; // a newer request is on its way
    setAnswer(next);
    const { payload, view, context } = next.inputRequired ?? {};
    const isRefused = payload?.version === answer?.inputRequired?.payload.version && context?.errors;
    if (body.input?.action === "wf.refresh") setFormData((typed) => ({ ...view.initial, ...typed }));
    else setFormData((typed) => ({ ...(isRefused && typed), ...view?.initial }));
  }

  useEffect(() => void play({ wfid: name }), []);
  if (!answer?.inputRequired) return <output>{JSON.stringify(answer)}</output>;

  const { wfs, inputRequired } = answer;
  const { payload, view, context } = inputRequired;
  const { schema, ui } = merge(payload, view);
  return (
    <main>
      <h1>{view.title}</h1>
      <Form
        key={`${view.step} ${payload.version}`}
        schema={schema}
        uiSchema={{ ...ui, "ui:submitButtonOptions": { submitText: view.submit.text } }}
        formData={formData}
        extraErrors={toErrorSchema(context.errors)}
        validator={validator}
        omitExtraData
        onChange={({ formData: data }) => {
          setFormData(data);
          if (view.live) play({ wfs, input: { action: "wf.refresh", formData: data } });
        }}
        onSubmit={({ formData: data }) => play({ wfs, input: { formData: data } })}
      />
      {view.actions.map(({ id, label }) => (
        <button key={id} type="button" onClick={() => play({ wfs, input: { action: id } })}>
          {label}
        </button>
      ))}
    </main>
  );
}

const root = document.getElementById("app");
createRoot(root).render(<App name={root.dataset.name} />);
