const root = document.documentElement, make = (tag, props) => Object.assign(document.createElement(tag), props);
