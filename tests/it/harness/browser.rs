//! A browser without scripts: it keeps cookies, follows redirects and sends the forms of the page it is on.

use std::sync::Arc;
use std::time::Duration;

use reqwest::cookie::{CookieStore, Jar};
use reqwest::header::{HeaderMap, HeaderValue};
use reqwest::multipart::Part;
use reqwest::redirect::Policy;
use reqwest::{Client, Method, RequestBuilder, multipart};
use url::Url;

use super::Page;
use super::form::Form;

const FIREFOX: &str = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0";

/// A file for a form: the name of the field, and what the browser says of the file.
#[derive(Clone, Debug)]
pub struct Upload<'a> {
    pub field: &'a str,
    pub name: &'a str,
    pub content_type: &'a str,
    pub bytes: Vec<u8>,
}

/// One person's browser.
#[derive(Debug)]
pub struct Browser {
    base: Url,
    jar: Arc<Jar>,
    follows: Client,
    stays: Client,
    /// The page it is on.
    page: Option<Page>,
}

impl Browser {
    pub fn new(base: Url) -> Self {
        let jar = Arc::new(Jar::default());
        let client = |policy: Policy| {
            let mut headers = HeaderMap::new();
            headers.insert("sec-fetch-site", HeaderValue::from_static("same-origin"));
            headers.insert(
                "accept",
                HeaderValue::from_static("text/html,application/xhtml+xml;q=0.9,*/*;q=0.8"),
            );
            let builder = Client::builder().cookie_provider(jar.clone()).default_headers(headers);
            // Sooner than the server, which would close a connection that is just being used again.
            let builder = builder.pool_idle_timeout(Duration::from_secs(2));
            builder.user_agent(FIREFOX).redirect(policy).no_proxy().build().unwrap()
        };
        Self { base, follows: client(Policy::limited(5)), stays: client(Policy::none()), jar, page: None }
    }

    /// The same browser, with its cookies, at another server.
    pub fn at(&self, base: Url) -> Self {
        let (jar, follows, stays) = (self.jar.clone(), self.follows.clone(), self.stays.clone());
        Self { base, jar, follows, stays, page: None }
    }

    /// A request that is sent as it is: redirects are not followed and the browser stays on its page.
    pub fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.stays.request(method, self.address(path))
    }

    fn address(&self, path: &str) -> Url {
        self.base.join(path).unwrap()
    }

    /// Sends a request made by [`Browser::request`].
    pub async fn send(&self, request: RequestBuilder) -> Page {
        Page::of(request.send().await.unwrap()).await
    }

    /// The values of its cookies.
    pub fn cookies(&self) -> Vec<String> {
        let sent = self.jar.cookies(&self.base);
        let pairs = sent.iter().flat_map(|all| all.to_str().unwrap().split("; "));
        pairs.filter_map(|pair| Some(pair.split_once('=')?.1.to_owned())).collect()
    }

    /// The token in the forms of the page it is on.
    #[track_caller]
    pub fn csrf(&self) -> String {
        self.here().attribute("input[name=csrf]", "value")
    }

    #[track_caller]
    fn here(&self) -> &Page {
        self.page.as_ref().expect("the browser is on no page: get one first")
    }

    /// Goes to a page.
    pub async fn get(&mut self, path: &str) -> Page {
        self.visit(self.follows.get(self.address(path))).await
    }

    async fn visit(&mut self, request: RequestBuilder) -> Page {
        let page = Page::of(request.send().await.unwrap()).await;
        self.page = Some(page.clone());
        page
    }

    /// Fills in a form of the page and sends it; `css` finds the form, or the button to press.
    #[track_caller]
    pub fn submit(&mut self, css: &str, fields: &[(&str, &str)]) -> impl Future<Output = Page> {
        self.upload(css, fields, &[])
    }

    /// The same with files.
    #[track_caller]
    pub fn upload(
        &mut self,
        css: &str,
        fields: &[(&str, &str)],
        files: &[Upload<'_>],
    ) -> impl Future<Output = Page> {
        let form = self.filled(css, fields);
        let request = self.form_request(&self.follows, &form, files);
        self.visit(request)
    }

    /// The request that [`Browser::upload`] would send, for a test that sends it itself.
    #[track_caller]
    pub fn prepare(&self, css: &str, fields: &[(&str, &str)], files: &[Upload<'_>]) -> RequestBuilder {
        self.form_request(&self.stays, &self.filled(css, fields), files)
    }

    /// What htmx would do on the element that `css` finds: a form is sent, a link is fetched. The answer is a
    /// fragment (or `HX-Redirect`), and the browser stays on its page.
    #[track_caller]
    pub fn hx(&self, css: &str, fields: &[(&str, &str)]) -> impl Future<Output = Page> {
        let form = self.filled(css, fields);
        let request = self.form_request(&self.stays, &form, &[]);
        self.send(self.with_htmx(request))
    }

    /// A fragment of a page, as htmx would ask for it.
    pub async fn hx_get(&self, path: &str) -> Page {
        self.send(self.with_htmx(self.request(Method::GET, path))).await
    }

    fn with_htmx(&self, request: RequestBuilder) -> RequestBuilder {
        let request = request.header("hx-request", "true");
        match &self.page {
            Some(page) => request.header("hx-current-url", self.address(&page.path).as_str()),
            None => request,
        }
    }

    #[track_caller]
    fn filled(&self, css: &str, fields: &[(&str, &str)]) -> Form {
        let page = self.here();
        let mut form =
            Form::read(&page.html(), css).unwrap_or_else(|problem| panic!("{problem} in {page:?}"));
        form.fill(fields).unwrap_or_else(|problem| panic!("{problem} in {page:?}"));
        form
    }

    #[track_caller]
    fn form_request(&self, client: &Client, form: &Form, files: &[Upload<'_>]) -> RequestBuilder {
        let address = self.address(form.action.as_deref().unwrap_or(&self.here().path));
        if !form.is_post {
            return client.get(address).query(&form.fields);
        }
        let origin = self.base.origin().ascii_serialization();
        let request = client.post(address).header("origin", origin);
        if !form.is_multipart {
            return request.form(&form.fields);
        }
        let mut body = multipart::Form::new();
        for (name, value) in form.fields.clone() {
            body = body.text(name, value);
        }
        for file in files {
            assert!(form.has(file.field), "the form has no field {}", file.field);
            let part = Part::bytes(file.bytes.clone()).file_name(file.name.to_owned());
            body = body.part(file.field.to_owned(), part.mime_str(file.content_type).unwrap());
        }
        request.multipart(body)
    }
}
