import js from "@eslint/js";
import hooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["dist", "node_modules", "src/api/types.gen.ts", "public", "e2e/artifacts", "test-results"] },
  js.configs.recommended,
  tseslint.configs.recommendedTypeChecked,
  { languageOptions: { parserOptions: { projectService: { allowDefaultProject: ["eslint.config.js", "scripts/*.mjs"] }, tsconfigRootDir: import.meta.dirname } } },
  {
    files: ["src/**/*.{ts,tsx}"],
    plugins: { "react-hooks": hooks },
    rules: {
      ...hooks.configs.recommended.rules,
      "no-restricted-imports": ["error", { patterns: [{ group: ["axios", "lodash*"], message: "The platform has it." }] }],
    },
  },
  {
    files: ["src/map/**"],
    rules: { "no-restricted-imports": ["error", { patterns: [{ group: ["**/panels/*"], message: "map/ never imports panels/." }] }] },
  },
  { files: ["**/*.{js,mjs}"], extends: [tseslint.configs.disableTypeChecked] },
);
