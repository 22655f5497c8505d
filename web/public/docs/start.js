window.ui = window.SwaggerUIBundle({
  url: "/openapi.json",
  dom_id: "#swagger-ui",
  deepLinking: true,
  docExpansion: "none", // by subject: there are too many operations to read in one go
  validatorUrl: null,
});
