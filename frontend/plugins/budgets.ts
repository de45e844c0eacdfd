/** The budgets of a function in TypeScript: how many arguments it takes, and how many ways lead through it. */
import ts from 'typescript';

export const MOST_ARGUMENTS = 6;
export const MOST_PATHS = 10;

/** What is over a budget, one line for each function; a component's script is read out of its file. */
export function findOverBudget(path: string, text: string): string[] {
  const script = path.endsWith('.svelte') ? (/<script[^>]*>([\s\S]*?)<\/script>/.exec(text)?.[1] ?? '') : text;
  const source = ts.createSourceFile(path, script, ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const look = (node: ts.Node): void => {
    if (ts.isFunctionLike(node)) found.push(...judge(path, source, node));
    ts.forEachChild(node, look);
  };
  look(source);
  return found;
}

function judge(path: string, source: ts.SourceFile, node: ts.SignatureDeclaration): string[] {
  const name = node.name?.getText(source) ?? 'a function';
  const place = `${path}: ${name}`;
  const [args, paths] = [node.parameters.length, countPaths(node)];
  return [
    ...(args > MOST_ARGUMENTS ? [`${place} takes ${args} arguments, at most ${MOST_ARGUMENTS}`] : []),
    ...(paths > MOST_PATHS ? [`${place} has ${paths} ways through it, at most ${MOST_PATHS}`] : []),
  ];
}

/** McCabe's number as the server's lint counts it: one, and one for each branch; inner functions count for themselves. */
function countPaths(node: ts.Node): number {
  let paths = 1;
  const look = (inner: ts.Node): void => {
    if (ts.isFunctionLike(inner)) return;
    if (isBranch(inner)) paths += 1;
    ts.forEachChild(inner, look);
  };
  ts.forEachChild(node, look);
  return paths;
}

function isBranch(node: ts.Node): boolean {
  return (
    ts.isIfStatement(node) ||
    ts.isConditionalExpression(node) ||
    ts.isCaseClause(node) ||
    ts.isCatchClause(node) ||
    ts.isIterationStatement(node, false)
  );
}
