// Text that was deflated and written in base64, unpacked by the browser.
async function unpack(element) {
  const bytes = Uint8Array.from(atob(element.textContent.trim()), (letter) => letter.charCodeAt(0));
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return new Response(stream).text();
}

const loaded = new Map();
// A library, once; it defines a global name as scripts of a page do.
function library(name) {
  if (!loaded.has(name)) {
    const element = document.querySelector(`script[data-library="${name}"]`);
    loaded.set(name, unpack(element).then((text) => {
      const script = document.createElement("script");
      script.textContent = text;
      document.head.append(script);
    }));
  }
  return loaded.get(name);
}

async function plotting() {
  await library("d3.min.js");
  await library("plot.umd.min.js");
}

const opened = new Map();
// The details of the case at a place in the overview.
async function details(index, size) {
  const block = Math.floor(index / size);
  if (!opened.has(block)) {
    opened.set(block, unpack(document.querySelectorAll("script.block")[block]).then(JSON.parse));
  }
  return (await opened.get(block))[index % size];
}
