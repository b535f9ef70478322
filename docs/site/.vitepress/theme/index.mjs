// vitepress's own theme without its fonts, so that no page asks for a file of another site.
import DefaultTheme from 'vitepress/theme-without-fonts';
import './style.css';

export default DefaultTheme;
