// Reads a network with graphology, and prints what it found. Its first argument is the folder that graphology is in.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

const [folder, file] = process.argv.slice(2);
const needs = createRequire(`${folder}/package.json`);
const { MultiDirectedGraph } = needs('graphology');
const gexf = needs('graphology-gexf');

const graph = gexf.parse(MultiDirectedGraph, readFileSync(file, 'utf-8'), { addMissingNodes: false });
console.log(
  JSON.stringify({
    type: graph.type,
    nodes: graph.mapNodes((id, told) => ({ id, ...told })),
    edges: graph.mapEdges((id, told, source, target) => ({ id, source, target, ...told })),
  }),
);
