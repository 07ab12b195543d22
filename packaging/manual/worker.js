// A page that is opened from a disk may start no worker; its script then runs in a hidden frame.
if (location.protocol === "file:") {
  const load = (...urls) => urls.reduce((before, url) => before.then(() => new Promise((done, fail) => {
    const script = document.createElement("script");
    Object.assign(script, { src: url, onload: () => done(), onerror: fail });
    document.body.appendChild(script);
  })), Promise.resolve());

  window.Worker = class extends EventTarget {
    constructor(url) {
      super();
      this.frame = document.createElement("iframe");
      this.frame.hidden = true;
      document.body.appendChild(this.frame);
      this.ready = new Promise(done => { this.frame.onload = done; });
      const inside = this.frame.contentWindow.document;
      inside.open();
      inside.write("<body><script>postMessage = parent.postMessage.bind(parent); importScripts = "
        + load + ";<\/script><script src=\"" + url + "\"><\/script></body>");
      inside.close();
      this.hear = event => {
        if (event.source !== this.frame.contentWindow) return;
        const told = new MessageEvent("message", { data: event.data });
        this.dispatchEvent(told);
        if (this.onmessage) this.onmessage(told);
      };
      addEventListener("message", this.hear);
    }

    postMessage(data) {
      this.ready.then(() =>
        this.frame.contentWindow.dispatchEvent(new MessageEvent("message", { data })));
    }

    terminate() {
      removeEventListener("message", this.hear);
      this.frame.remove();
    }
  };
}
