"use strict";
/* Shows what Python laid out. Every text from data goes through textContent or the canvas. */
(function () {
  const data = JSON.parse(document.getElementById("data").textContent);
  const panel = document.getElementById("panel");
  const body = document.querySelector("#parties tbody");
  const boxes = new Map(data.boxes.map((box) => [box.id, box]));
  const network = new vis.Network(
    document.getElementById("network"),
    { nodes: new vis.DataSet(data.nodes), edges: new vis.DataSet(data.edges) },
    {
      physics: false,
      autoResize: true,
      layout: { improvedLayout: false },
      interaction: { dragNodes: true, hover: false, tooltipDelay: 1e9, zoomSpeed: 0.6 },
      nodes: { shape: "box", margin: 7, chosen: { label: false, node: (values) => { values.shadow = true; values.shadowColor = "rgba(20,60,120,0.55)"; values.shadowSize = 14; } }, font: { size: 14, face: "Noto Sans CJK SC, PingFang SC, Microsoft YaHei, sans-serif" }, widthConstraint: { minimum: 150, maximum: 190 } },
      edges: { chosen: false, arrows: { to: { enabled: true, scaleFactor: 0.6 } }, smooth: { enabled: true, type: "cubicBezier", forceDirection: "vertical", roundness: 0.35 }, font: { size: 13, align: "horizontal", background: "#ffffff", strokeWidth: 0 } },
    }
  );

  function element(tag, text, name) {
    const made = document.createElement(tag);
    if (text !== undefined && text !== null) made.textContent = text;
    if (name) made.className = name;
    return made;
  }

  function list(title, entries, name) {
    if (!entries.length) return;
    panel.append(element("h3", title));
    const made = element("ol", null, name);
    for (const entry of entries) {
      const item = element("li", entry.text);
      for (const fact of entry.facts || []) item.append(element("span", fact, "fact"));
      made.append(item);
    }
    panel.append(made);
  }

  function show(id, scroll) {
    const box = boxes.get(id);
    if (!box) return;
    network.selectNodes([id]);
    for (const row of body.rows) row.classList.toggle("on", row.dataset.id === String(id));
    panel.replaceChildren(element("h2", box.name || box.party));
    const facts = element("dl");
    for (const [term, value] of box.figures) facts.append(element("dt", term), element("dd", value));
    panel.append(facts);
    list("Found behind it 穿透结果", box.found);
    list("Holders on file 股东名册", box.holders);
    list("Rights 控制权", box.rights);
    list("Evidence 依据", box.evidence, "steps");
    if (scroll) document.getElementById("network").scrollIntoView({ block: "nearest" });
  }

  for (const box of data.boxes) {
    if (!box.row) continue;
    const row = body.insertRow();
    row.dataset.id = box.id;
    row.tabIndex = 0;
    box.row.forEach((value, i) => {
      const cell = row.insertCell();
      cell.textContent = value;
      if (i === 1) cell.className = "name";
      if (i >= 4 && i <= 6) cell.className = "n";
      if (i >= 7 && /^(yes|undetermined|unresolved)/.test(value)) cell.className = value.split(" ")[0];
    });
    row.addEventListener("click", () => { show(box.id, true); network.focus(box.id, { scale: Math.max(network.getScale(), 0.8) }); });
    row.addEventListener("keydown", (event) => { if (event.key === "Enter" || event.key === " ") { event.preventDefault(); row.click(); } });
  }

  network.on("selectNode", (event) => show(event.nodes[0], false));
  document.getElementById("filter").addEventListener("input", (event) => {
    const wanted = event.target.value.trim().toLowerCase();
    for (const row of body.rows) row.hidden = wanted !== "" && !row.textContent.toLowerCase().includes(wanted);
  });
  document.getElementById("fit").addEventListener("click", () => network.fit());
  document.getElementById("picture").addEventListener("click", () => {
    const drawn = document.querySelector("#network canvas");
    const copy = document.createElement("canvas");
    copy.width = drawn.width;
    copy.height = drawn.height;
    const pen = copy.getContext("2d");
    pen.fillStyle = "#ffffff";
    pen.fillRect(0, 0, copy.width, copy.height);
    pen.drawImage(drawn, 0, 0);
    copy.toBlob((picture) => {
      const link = document.createElement("a");
      link.href = URL.createObjectURL(picture);
      link.download = data.file + ".png";
      link.click();
      URL.revokeObjectURL(link.href);
    });
  });
  window.addEventListener("beforeprint", () => { for (const folded of document.querySelectorAll("details")) folded.open = true; });
  network.once("afterDrawing", () => { document.body.dataset.drawn = "yes"; });
  network.fit();
  // Where the whole is too small to read, begin at the party; "Fit" shows the whole.
  if (network.getScale() < 0.45) {
    const places = Object.values(network.getPositions());
    const at = network.getPosition(data.focus);
    const tall = document.getElementById("network").clientHeight;
    const edge = places.every((place) => place.y <= at.y) ? 0.36 : places.every((place) => place.y >= at.y) ? -0.36 : 0;
    network.moveTo({ position: at, scale: 0.6, offset: { x: 0, y: edge * tall } });
  }
  if (data.focus !== null) show(data.focus, false);
})();
